package dev.fairlead.registry.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.change.ChangeFilter;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Rows of webhooks and of their deliveries.
final class PgWebhookRows {

  static final String WEBHOOK =
      """
      id, name, url, kinds, device, group_id, enabled, disabled_reason, previous_until, created_at,
      updated_at, retry_at, failures, failing_since, last_success_at, last_failure_at, last_failure
      """;

  static final String SECRETS =
      """
      secret,
      case when previous_until > now() then previous_secret end as previous_secret
      """;

  static final String DELIVERY =
      """
      number, id, event::text as event, state, attempts, status, failure, first_at, last_at
      """;

  private PgWebhookRows() {}

  /// The name that a webhook's secrets are encrypted under.
  static String secretName(String webhook) {
    return "webhook/" + webhook;
  }

  static Buffer encrypted(MasterKey master, String webhook, WebhookSecret secret) {
    return Buffer.buffer(master.encrypt(secretName(webhook), secret.text()));
  }

  static WebhookDocument document(Row row, Instant now) {
    boolean enabled = row.getBoolean("enabled");
    long failures = row.getLong("failures");
    return new WebhookDocument(
        row.getString("id"),
        row.getString("name"),
        row.getString("url"),
        Arrays.asList(row.getArrayOfStrings("kinds")),
        PgColumns.text(row, "device"),
        PgColumns.text(row, "group_id"),
        enabled,
        PgColumns.time(row, "previous_until").filter(now::isBefore),
        PgColumns.time(row, "created_at").orElseThrow(),
        PgColumns.time(row, "updated_at").orElseThrow(),
        new WebhookDocument.Health(
            !enabled ? "disabled" : failures > 0 ? "failing" : "healthy",
            PgColumns.text(row, "disabled_reason"),
            failures,
            PgColumns.time(row, "failing_since"),
            PgColumns.time(row, "last_success_at"),
            PgColumns.time(row, "last_failure_at"),
            PgColumns.text(row, "last_failure"),
            PgColumns.time(row, "retry_at").filter(_ -> enabled)));
  }

  static WebhookEdit edit(Row row) {
    return new WebhookEdit(
        row.getString("name"),
        row.getString("url"),
        Arrays.stream(row.getArrayOfStrings("kinds"))
            .flatMap(word -> ChangeKind.of(word).stream())
            .toList(),
        PgColumns.text(row, "device"),
        PgColumns.text(row, "group_id"),
        row.getBoolean("enabled"));
  }

  static WebhookSender.Target target(Row row, MasterKey master) {
    String name = secretName(row.getString("id"));
    List<WebhookSecret> secrets = new ArrayList<>();
    for (String column : List.of("secret", "previous_secret")) {
      @Nullable Buffer encrypted = row.getBuffer(column);
      if (encrypted != null) {
        secrets.add(new WebhookSecret(master.decrypt(name, encrypted.getBytes())));
      }
    }
    return new WebhookSender.Target(row.getString("url"), secrets);
  }

  static ChangeFilter filter(TenantId tenant, Row row) {
    return new ChangeFilter(
        tenant,
        Arrays.stream(row.getArrayOfStrings("kinds"))
            .flatMap(word -> ChangeKind.of(word).stream())
            .collect(Collectors.toUnmodifiableSet()),
        PgColumns.text(row, "device"),
        PgColumns.text(row, "group_id"));
  }

  static Position cursor(Row row) {
    return new Position(Long.parseLong(row.getString("cursor_xid")), row.getLong("cursor_id"));
  }

  static WebhookDocument.Delivery delivery(Row row) {
    return new WebhookDocument.Delivery(
        row.getLong("number"),
        row.getString("id"),
        row.getString("state"),
        row.getInteger("attempts"),
        Optional.ofNullable(row.getInteger("status")),
        PgColumns.text(row, "failure"),
        PgColumns.time(row, "first_at").orElseThrow(),
        PgColumns.time(row, "last_at").orElseThrow(),
        Json.read(row.getString("event").getBytes(StandardCharsets.UTF_8), JsonNode.class));
  }

  static Future<Row> single(String id, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : Future.failedFuture(
            new ProblemException(
                ProblemType.WEBHOOK_NOT_FOUND, "There is no webhook '" + id + "'."));
  }
}
