package dev.fairlead.endtoend.examples;

import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// What examples about changes and webhooks can ask for.
final class ChangePreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "changes that were taken away", ChangePreconditions::takenAway,
          "steps of commands that were taken away", ChangePreconditions::stepsTakenAway,
          "a webhook", ChangePreconditions::webhook,
          "a webhook to nowhere", ChangePreconditions::webhookToNowhere,
          "a delivery that was given up", ChangePreconditions::dead,
          "as many webhooks as a tenant may have", ChangePreconditions::webhooksToTheLimit);

  private static final int WEBHOOKS_MAX = 100;
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String DELIVERY = "WyI3MzUiLCI0MiJd";

  private ChangePreconditions() {}

  /// Before all that there are.
  private static void takenAway(World world) {
    Tables.run(world, "update registry.change_horizon set id = 2 where xid = '0'");
  }

  /// Likewise.
  private static void stepsTakenAway(World world) {
    Tables.run(world, "update command.command_change_horizon set id = 2 where xid = '0'");
  }

  private static void make(World world, String url) {
    world.named(
        "webhooks",
        world.create(
            world.registryPort(),
            WEBHOOKS,
            "{\"name\":\"Warehouse\",\"url\":\"%s\",\"kinds\":[\"device.created\"]}"
                .formatted(url)));
  }

  private static void webhook(World world) {
    make(world, "https://example.com/hooks/fairlead");
  }

  private static void webhookToNowhere(World world) {
    make(world, "https://nowhere.invalid/");
  }

  /// In place of a day and a half of attempts.
  private static void dead(World world) {
    Tables.run(
        world,
        """
        insert into registry.webhook_delivery
          (tenant, webhook_id, id, event, state, attempts, status, failure, first_at, last_at)
        values ('%1$s', '%2$s', '%3$s', '{
          "specversion": "1.0", "id": "%3$s", "source": "/tenants/%1$s",
          "type": "dev.fairlead.device.created", "subject": "pump-17",
          "time": "2026-11-21T08:00:00Z", "datacontenttype": "application/json", "data": {}
        }', 'dead', 11, 500, 'the answer was 500', now(), now())
        """
            .formatted(world.tenant(), world.idBelow("webhooks").orElseThrow(), DELIVERY));
    world.named("deliveries", DELIVERY);
  }

  private static void webhooksToTheLimit(World world) {
    IntStream.range(0, WEBHOOKS_MAX)
        .parallel()
        .forEach(
            number ->
                world.create(world.registryPort(), WEBHOOKS, "{\"url\":\"https://example.com/\"}"));
  }
}
