package dev.fairlead.endtoend.examples;

import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/// What examples about types of devices can ask for.
final class TypePreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "a device type", TypePreconditions::type,
          "as many device types as a tenant may have", TypePreconditions::typesToTheLimit,
          "a device whose measurement was refused", TypePreconditions::refused);

  private static final int TYPES_MAX = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TYPE = "/api/v1/device-types/pump";
  private static final String PUMP =
      """
      {"title":"Pump","description":"Pumps of the north and the south.","schemas":{
        "telemetry":{"properties":{
          "temperature":{"type":"number","minimum":-40,"maximum":150}}},
        "reported":{"properties":{
          "firmware":{"type":"string","pattern":"^[0-9]+\\\\.[0-9]+\\\\.[0-9]+$"}}},
        "desired":{"properties":{
          "intervalSeconds":{"type":"integer","minimum":10}},"additionalProperties":false},
        "commands":{"valve/open":{"type":"object","required":["percent"],"properties":{
          "percent":{"type":"integer","minimum":0,"maximum":100}}}}}}
      """;

  private TypePreconditions() {}

  /// Known to the command service as well.
  private static void type(World world) {
    world.change("PUT", TYPE, PUMP);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Tables.has(
                    world,
                    "select 1 from command.device_type where tenant = '%s'"
                        .formatted(world.tenant())));
  }

  private static void typesToTheLimit(World world) {
    Tables.run(
        world,
        """
        insert into registry.device_type_definition (tenant, type, schemas, parts, updated_at, updated_by)
        select '%s', 'type-' || number, '{}', '{}', now(), 'somebody'
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), TYPES_MAX));
  }

  private static void refused(World world) {
    type(world);
    TestDevice pump = Preconditions.pump(world);
    world.connect(pump, world.portOf("gateway"));
    pump.send(Messages.telemetry(Body.utf8("{\"temperature\":4711}")));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !world
                    .read(world.registryPort(), "/api/v1/devices/pump-17/rejects")
                    .path("items")
                    .isEmpty());
  }
}
