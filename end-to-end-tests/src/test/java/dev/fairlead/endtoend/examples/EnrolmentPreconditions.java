package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What examples about enrolment can ask for.
final class EnrolmentPreconditions {

  /// How many enrolments of a tenant may wait where the examples are executed.
  static final int PENDING_MAX = 3;

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "a provisioning key", EnrolmentPreconditions::keyByHand,
          "a provisioning key that accepts always", EnrolmentPreconditions::keyForAll,
          "a provisioning key for other devices", EnrolmentPreconditions::keyForOthers,
          "as many provisioning keys as a tenant may have", EnrolmentPreconditions::keysToTheLimit,
          "an enrolment that waits", EnrolmentPreconditions::waiting,
          "an enrolment that was accepted", EnrolmentPreconditions::accepted,
          "an enrolment that was rejected", EnrolmentPreconditions::rejected,
          "as many enrolments as may wait", EnrolmentPreconditions::waitingToTheLimit,
          "a registry that takes one call a minute of an address",
              EnrolmentPreconditions::oneCallAMinute);

  private static final int KEYS_MAX = 1000;
  private static final String KEYS = "/api/v1/provisioning-keys";
  private static final String ENROLMENTS = "/api/v1/enrolments";
  private static final String BY_HAND = "{\"name\":\"Workshop\",\"accept\":\"by-hand\"}";

  /// The one that the contract shows.
  private static final String SECRET = "flc_VGhpcyBpcyBub3QgYSBzZWNyZXQgdGhhdCB3b3JrcyE";

  private EnrolmentPreconditions() {}

  private static void key(World world, String document) {
    JsonNode made = world.create(world.registryPort(), KEYS, document);
    world.named("provisioning-keys", made);
    world.has("provisioning key", made.path("key").asText());
  }

  private static void keyByHand(World world) {
    key(world, BY_HAND);
  }

  private static void keyForAll(World world) {
    key(world, "{\"name\":\"For all\",\"accept\":\"always\"}");
  }

  private static void keyForOthers(World world) {
    key(world, "{\"name\":\"Valves\",\"accept\":\"by-rule\",\"rule\":{\"idPrefix\":\"valve-\"}}");
  }

  private static void keysToTheLimit(World world) {
    IntStream.range(0, KEYS_MAX)
        .parallel()
        .forEach(number -> world.create(world.registryPort(), KEYS, BY_HAND));
  }

  private static JsonNode enrol(World world, String device, String more) {
    String key = world.real("provisioning key").orElseThrow();
    return world.create(
        world.registryPort(),
        ENROLMENTS,
        "{\"key\":\"%s\",\"id\":\"%s\"%s}".formatted(key, device, more),
        Map.of());
  }

  private static void waiting(World world) {
    keyByHand(world);
    JsonNode begun =
        enrol(
            world,
            "pump-17",
            ",\"name\":\"Pump 17\",\"type\":\"pump\",\"serial\":\"4711-0815\",\"secret\":\"%s\""
                .formatted(SECRET));
    world.named("enrolments", begun.path("enrolmentId").asText());
  }

  private static void accepted(World world) {
    decided(world, "accept");
  }

  private static void rejected(World world) {
    decided(world, "reject");
  }

  private static void decided(World world, String how) {
    if (world.idBelow("enrolments").isEmpty()) {
      waiting(world);
    }
    String id = world.idBelow("enrolments").orElseThrow();
    world.create(world.registryPort(), ENROLMENTS + "/" + id + "/" + how, "");
  }

  private static void oneCallAMinute(World world) {
    Preconditions.anotherRegistry(
        world, "registry-for-few-calls", Map.of("FAIRLEAD_ENROLMENT_CALLS_PER_ADDRESS", "1"));
    world.send(
        new Http.Request(
            world.portOf("registry"),
            "POST",
            ENROLMENTS,
            Map.of("Content-Type", "application/json"),
            "{}"));
  }

  private static void waitingToTheLimit(World world) {
    keyByHand(world);
    IntStream.range(0, PENDING_MAX).forEach(number -> enrol(world, "valve-" + number, ""));
  }
}
