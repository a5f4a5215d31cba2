package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.function.Consumer;

/// What examples about alerts, knowledge and rules can ask for.
final class AlertPreconditions {

  static final Map<String, Consumer<World>> TABLE =
      Map.of(
          "an alert", AlertPreconditions::alert,
          "a closed alert", AlertPreconditions::closed,
          "as many comments as an alert may have", AlertPreconditions::commentsToTheLimit,
          "knowledge about overheating", AlertPreconditions::knowledge,
          "as much knowledge as a tenant may have", AlertPreconditions::knowledgeToTheLimit,
          "a rule", AlertPreconditions::rule,
          "as many rules as a tenant may have", AlertPreconditions::rulesToTheLimit);

  private static final int COMMENTS_MAX = 100;
  private static final int KNOWLEDGE_MAX = 10_000;
  private static final int RULES_MAX = 100;
  private static final String ALERTS = "/api/v1/alerts";

  private AlertPreconditions() {}

  private static void alert(World world) {
    Preconditions.atWork(world);
    JsonNode alerts = world.read(world.registryPort(), ALERTS).path("items");
    world.named("alerts", alerts.get(0));
  }

  private static String id(World world) {
    return world
        .idBelow("alerts")
        .orElseThrow(() -> new IllegalStateException("the example needs 'an alert' given"));
  }

  private static void closed(World world) {
    world.create(world.registryPort(), ALERTS + "/" + id(world) + "/close", "");
  }

  private static void commentsToTheLimit(World world) {
    Tables.run(
        world,
        """
        insert into registry.alert_comment (tenant, alert_id, id, at, author, text)
        select '%s', '%s', 'comment-' || number, now(), 'somebody', 'Something.'
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), id(world), COMMENTS_MAX));
  }

  private static void knowledge(World world) {
    Http.Answer answer =
        world.send(
            new Http.Request(
                world.registryPort(),
                "PUT",
                "/api/v1/knowledge/overheated",
                Map.of(
                    "Authorization",
                    "Bearer " + world.cluster().adminKey(),
                    "Content-Type",
                    "application/json",
                    "Fairlead-Tenant",
                    world.tenant()),
                """
                {"title":"Overheated motor",\
                "explanation":"The motor is warmer than 90 °C; it stops at 110 °C.",\
                "suggestion":"Clean the air filter, and look for what blocks the fan."}"""));
    if (answer.status() != 200) {
      throw new IllegalStateException("no knowledge: " + answer.body());
    }
  }

  private static void knowledgeToTheLimit(World world) {
    Tables.run(
        world,
        """
        insert into registry.knowledge
          (tenant, code, explanation, suggestion, updated_at, updated_by)
        select '%s', 'code-' || number, 'Something.', 'Something.', now(), 'somebody'
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), KNOWLEDGE_MAX));
  }

  private static void rule(World world) {
    world.named(
        "rules",
        world.create(
            world.registryPort(),
            "/api/v1/rules",
            """
            {"name":"Too hot","filter":"type = pump",\
            "condition":{"kind":"threshold","key":"temperature","operator":">","value":80,\
            "clearAt":75,"for":"5m"},\
            "alert":{"code":"overheated","severity":"warning",\
            "text":"{name} is at {value} °C."}}"""));
  }

  private static void rulesToTheLimit(World world) {
    Tables.run(
        world,
        """
        insert into registry.rule
          (tenant, id, name, enabled, kind, condition, patience, code, severity, text,
           created_at, updated_at)
        select '%s', gen_random_uuid()::text, 'Rule', false, 'offline',
          '{"kind": "offline", "for": "1d"}', interval '1 day', 'offline', 'info', 'Offline.',
          now(), now()
        from generate_series(1, %d) as number
        """
            .formatted(world.tenant(), RULES_MAX));
  }
}
