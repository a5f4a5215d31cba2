package dev.fairlead.endtoend.examples;

import java.util.Map;
import java.util.function.Consumer;

/// What examples about groups and filters can ask for.
final class GroupPreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "a group", GroupPreconditions::group,
          "a dynamic group", GroupPreconditions::dynamicGroup,
          "its place in the group", GroupPreconditions::place,
          "an API key for the group", GroupPreconditions::key,
          "as many groups as a tenant may have", GroupPreconditions::groupsToTheLimit,
          "a database that takes long over devices", GroupPreconditions::slowDatabase);

  private static final int GROUPS_MAX = 10_000;
  private static final String GROUPS = "/api/v1/groups";

  private GroupPreconditions() {}

  private static void make(World world, String document) {
    world.named("groups", world.create(world.registryPort(), GROUPS, document));
  }

  private static void group(World world) {
    make(world, "{\"id\":\"night-shift\",\"name\":\"Night shift\"}");
  }

  private static void dynamicGroup(World world) {
    make(
        world,
        """
        {"id":"red-in-the-north","name":"Red in the north",\
        "filter":"tag.site = north and health = red"}""");
  }

  private static void place(World world) {
    world.create(world.registryPort(), GROUPS + "/night-shift/devices", "{\"add\":[\"pump-17\"]}");
  }

  private static void key(World world) {
    world.create(
        world.registryPort(),
        "/api/v1/api-keys",
        "{\"name\":\"Night watch\",\"role\":\"operator\",\"group\":\"night-shift\"}");
  }

  private static void groupsToTheLimit(World world) {
    Tables.run(
        world,
        """
        insert into registry.device_group (tenant, id, name, created_at, updated_at)
        select '%s', 'group-' || number, 'Group', now(), now()
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), GROUPS_MAX));
  }

  /// In place of more devices than can be looked at in the time that a filter has.
  private static void slowDatabase(World world) {
    Tables.lock(world, "registry.telemetry_latest");
  }
}
