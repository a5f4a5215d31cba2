package dev.fairlead.endtoend.examples;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What examples about imports and patches of devices can ask for.
final class BulkPreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "an import", BulkPreconditions::begin,
          "a cancelled import", BulkPreconditions::cancelledImport,
          "a finished import", BulkPreconditions::finishedImport,
          "an import with an error", BulkPreconditions::importWithError,
          "as many unfinished imports as a tenant may have", BulkPreconditions::importsToTheLimit,
          "an open patch", BulkPreconditions::openPatch,
          "a finished patch", BulkPreconditions::finishedPatch,
          "a patch with an error", BulkPreconditions::patchWithError,
          "as many unfinished patches as a tenant may have", BulkPreconditions::patchesToTheLimit);

  private static final int OPEN_MAX = 10;
  private static final int TAGS_MAX = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String IMPORTS = "/api/v1/device-imports";
  private static final String PATCHES = "/api/v1/device-patches";
  private static final String TO_THE_SOUTH =
      "{\"filter\":\"tag.site = north\",\"patch\":{\"tags\":{\"site\":\"south\"}}}";

  private BulkPreconditions() {}

  private static void begin(World world) {
    make(world);
  }

  private static String make(World world) {
    return world.named(
        "device-imports", world.create(world.registryPort(), IMPORTS, "{\"format\":\"csv\"}"));
  }

  private static void cancelledImport(World world) {
    world.create(world.registryPort(), IMPORTS + "/" + make(world) + "/cancel", "");
  }

  private static void finishedImport(World world) {
    upload(world, make(world), "id\n");
  }

  private static void importWithError(World world) {
    Preconditions.pump(world);
    upload(world, make(world), "id\npump-17\n");
  }

  private static void upload(World world, String id, String csv) {
    Http.Answer answer =
        world.send(
            new Http.Request(
                world.registryPort(),
                "PUT",
                IMPORTS + "/" + id + "/content",
                Map.of(
                    "Authorization",
                    "Bearer " + world.cluster().adminKey(),
                    "Fairlead-Tenant",
                    world.tenant(),
                    "Content-Type",
                    "text/csv"),
                csv));
    if (answer.status() != 200) {
      throw new IllegalStateException("not uploaded: " + answer);
    }
  }

  private static void importsToTheLimit(World world) {
    IntStream.range(0, OPEN_MAX).forEach(number -> make(world));
  }

  private static String patch(World world, String body) {
    return world.named("device-patches", world.create(world.registryPort(), PATCHES, body));
  }

  /// Whoever works patches off waits for an older one, before it.
  private static void openPatch(World world) {
    waiting(world, 1);
    patch(world, TO_THE_SOUTH);
  }

  private static void patchesToTheLimit(World world) {
    waiting(world, OPEN_MAX);
  }

  private static void waiting(World world, int patches) {
    Tables.lock(world, "registry.device");
    Tables.run(
        world,
        """
        insert into registry.bulk_job
          (tenant, id, kind, spec, actor, actor_role, address, created_at, updated_at)
        select '%s', gen_random_uuid()::text, 'patch', '%s', 'admin', 'platform', '', now(),
          'epoch'::timestamptz + number * interval '1 second'
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), TO_THE_SOUTH, patches));
  }

  private static void finishedPatch(World world) {
    awaitDone(world, patch(world, TO_THE_SOUTH));
  }

  private static void patchWithError(World world) {
    Preconditions.pump(world);
    String tags =
        IntStream.range(0, TAGS_MAX)
            .mapToObj("\"tag-%d\":\"\""::formatted)
            .collect(Collectors.joining(","));
    awaitDone(
        world, patch(world, "{\"filter\":\"id = pump-17\",\"patch\":{\"tags\":{" + tags + "}}}"));
  }

  private static void awaitDone(World world, String id) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                world
                    .read(world.registryPort(), PATCHES + "/" + id)
                    .path("state")
                    .asText()
                    .equals("done"));
  }
}
