package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The table of rules. One that is deleted stays, out of sight, until its alerts are closed.
final class PgRules {

  /// How many rules a tenant may have.
  private static final PgRoom ROOM = new PgRoom("rule", 100, "rules");

  private static final String COLUMNS =
      """
      id, name, enabled, filter, condition::text as condition, code, severity, text, suggestion,
      created_at, updated_at, problem
      """;

  private final Pool pool;

  PgRules(Pool pool) {
    this.pool = pool;
  }

  /// Makes a rule.
  ///
  /// @return fails with the problems `quota-exceeded` and `tenant-not-found`
  Future<RuleDocument> create(TenantId tenant, RuleDocument rule, Act act) {
    return PgTenants.required(
        tenant,
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(
                            nothing ->
                                transaction
                                    .preparedQuery(
                                        """
                                        insert into rule
                                          (tenant, id, name, enabled, filter, kind, condition,
                                           patience, code, severity, text, suggestion, updated_at,
                                           created_at)
                                        values ($1, $2, $3, $4, $5, $6, $7::text::jsonb,
                                          make_interval(secs => $8), $9, $10, $11, $12, $13, $13)
                                        """)
                                    .execute(tuple(tenant, rule)))
                        .compose(
                            rows -> PgAudit.append(transaction, act, RuleRoutes.PATH + rule.id()))
                        .map(rule))
            .map(Objects::requireNonNull));
  }

  /// Puts a rule in the place of another. Where its scope, its condition or whether it is enabled
  /// changes, it begins anew: its alerts are closed, and opened again when its condition is met
  /// again.
  ///
  /// @return fails with the problem `rule-not-found`
  Future<RuleDocument> replace(TenantId tenant, RuleDocument rule, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update rule
                        set name = $3, enabled = $4, filter = $5, kind = $6,
                          condition = $7::text::jsonb, patience = make_interval(secs => $8),
                          code = $9, severity = $10, text = $11, suggestion = $12, updated_at = $13,
                          revision = case
                            when condition = $7::text::jsonb and code = $9 then revision
                            else revision + 1 end,
                          refreshed_at = null, problem = null
                        where tenant = $1 and id = $2 and not deleted
                        returning
                        """
                            + COLUMNS)
                    .execute(tuple(tenant, rule))
                    .compose(rows -> single(rule.id(), rows))
                    .compose(found -> PgAudit.append(transaction, act).map(found)))
        .map(Objects::requireNonNull);
  }

  /// Rules of a tenant in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<RuleDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            "select "
                + COLUMNS
                + " from rule where tenant = $1 and id > $2 and not deleted order by id limit $3")
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<RuleDocument> rules = new ArrayList<>(rows.size());
              rows.forEach(row -> rules.add(document(row)));
              return rules;
            });
  }

  /// A rule.
  ///
  /// @return fails with the problem `rule-not-found`
  Future<RuleDocument> get(TenantId tenant, String id) {
    return pool.preparedQuery(
            "select " + COLUMNS + " from rule where tenant = $1 and id = $2 and not deleted")
        .execute(Tuple.of(tenant.value(), id))
        .compose(rows -> single(id, rows));
  }

  /// Deletes a rule; its alerts are closed a moment later.
  ///
  /// @return fails with the problem `rule-not-found`
  Future<Void> delete(TenantId tenant, String id, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update rule set deleted = true, refreshed_at = null
                        where tenant = $1 and id = $2 and not deleted
                        """)
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(
                        rows ->
                            rows.rowCount() == 1 ? PgAudit.append(transaction, act) : notFound(id)))
        .mapEmpty();
  }

  private static Future<RuleDocument> single(String id, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(document(rows.iterator().next()))
        : notFound(id);
  }

  private static <T> Future<T> notFound(String id) {
    return Future.failedFuture(
        new ProblemException(ProblemType.RULE_NOT_FOUND, "There is no rule '" + id + "'."));
  }

  private static Tuple tuple(TenantId tenant, RuleDocument rule) {
    RuleCondition condition = RuleCondition.of(rule.condition());
    return Tuple.tuple()
        .addString(tenant.value())
        .addString(rule.id())
        .addString(rule.name())
        .addBoolean(rule.enabled())
        .addString(rule.filter().orElse(null))
        .addString(condition.kind())
        .addString(Json.text(rule.condition()))
        .addDouble((double) condition.patience().toSeconds())
        .addString(rule.alert().code())
        .addString(rule.alert().severity())
        .addString(rule.alert().text())
        .addString(rule.alert().suggestion().orElse(null))
        .addOffsetDateTime(PgColumns.parameter(rule.updatedAt()));
  }

  private static RuleDocument document(Row row) {
    return new RuleDocument(
        row.getString("id"),
        row.getString("name"),
        row.getBoolean("enabled"),
        PgColumns.text(row, "filter"),
        Json.read(row.getString("condition").getBytes(StandardCharsets.UTF_8), JsonNode.class),
        new RuleDocument.Raised(
            row.getString("code"),
            row.getString("severity"),
            row.getString("text"),
            PgColumns.text(row, "suggestion")),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        PgColumns.text(row, "problem"));
  }
}
