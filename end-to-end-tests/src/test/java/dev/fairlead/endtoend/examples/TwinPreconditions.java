package dev.fairlead.endtoend.examples;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.TestDevice;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// What examples about twins can ask for.
final class TwinPreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "a device that has taken its desired document", TwinPreconditions::taken,
          "a device that has rejected its desired document", TwinPreconditions::rejected);

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TWIN = "/api/v1/devices/pump-17/twin";

  private TwinPreconditions() {}

  private static void taken(World world) {
    connect(world);
    desire(world);
    await().atMost(PATIENCE).until(() -> is(world, twin -> status(twin).equals("accepted")));
  }

  private static void rejected(World world) {
    connect(world).twin().reject("intervalSeconds must be 60 or more");
    desire(world);
    await().atMost(PATIENCE).until(() -> is(world, twin -> status(twin).equals("rejected")));
  }

  private static TestDevice connect(World world) {
    TestDevice pump = Preconditions.pump(world);
    world.connect(pump, world.portOf("gateway"));
    pump.status("firmware", "{\"firmware\":\"1.4.2\"}");
    await()
        .atMost(PATIENCE)
        .until(() -> is(world, twin -> !twin.path("reported").path("document").isEmpty()));
    return pump;
  }

  private static void desire(World world) {
    world.change("PUT", TWIN + "/desired", "{\"intervalSeconds\":30}");
  }

  private static boolean is(World world, Predicate<JsonNode> like) {
    return like.test(world.read(world.registryPort(), TWIN));
  }

  private static String status(JsonNode twin) {
    return twin.path("desired").path("acknowledgedStatus").asText();
  }
}
