package dev.fairlead.registry.rule;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.row.PgTimeLimit;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Which devices are in the scope of a rule. It is seen for one rule at a time, a bounded number of
/// devices in a transaction, and no more often than the setting says: what that costs is bounded,
/// however many rules there are, and a device comes into a scope as much later.
final class PgRuleScopes {

  /// How many devices come or go in one transaction.
  static final int AT_ONCE = 5000;

  private static final int PROBLEM_LENGTH_MAX = 500;

  private static final String TABLES =
      """
      device
      join presence on presence.tenant = device.tenant and presence.device_id = device.id
      join reported on reported.tenant = device.tenant and reported.device_id = device.id
      join telemetry_latest
        on telemetry_latest.tenant = device.tenant and telemetry_latest.device_id = device.id
      """;

  /// What is due for a device of which nothing is heard from now on.
  private static final String DUE =
      """
       case
        when rule.kind = 'absence' then $4::timestamptz + rule.patience
        when rule.kind = 'offline' and not presence.online then presence.since + rule.patience
      end
      """;

  private final Pool pool;
  private final Duration refresh;

  /// @param pool of connections for what may take seconds
  /// @param refresh how often a scope is looked at
  PgRuleScopes(Pool pool, Duration refresh) {
    this.pool = pool;
    this.refresh = refresh;
  }

  private record Rule(
      TenantId tenant,
      String id,
      boolean live,
      boolean deleted,
      Optional<String> filter,
      long revision) {}

  /// Looks at the scope that was looked at longest ago, if it is its time.
  ///
  /// @return whether there is more to do at once
  Future<Boolean> refreshNext(Instant now) {
    return next(now)
        .compose(
            found ->
                found
                    .map(rule -> refresh(rule, now).recover(cause -> note(rule, cause, now)))
                    .orElse(Future.succeededFuture(false)));
  }

  private Future<Optional<Rule>> next(Instant now) {
    return pool.preparedQuery(
            """
            select tenant, id, enabled and not deleted as live, deleted, filter, revision
            from rule
            where refreshed_at is null or refreshed_at <= $1
            order by refreshed_at nulls first
            limit 1
            """)
        .execute(Tuple.of(PgColumns.parameter(now.minus(refresh))))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              return Optional.of(
                  new Rule(
                      new TenantId(row.getString("tenant")),
                      row.getString("id"),
                      row.getBoolean("live"),
                      row.getBoolean("deleted"),
                      PgColumns.text(row, "filter"),
                      row.getLong("revision")));
            });
  }

  private Future<Boolean> refresh(Rule rule, Instant now) {
    return PgTimeLimit.within(
        pool,
        transaction ->
            hold(transaction, rule)
                .compose(
                    held -> held ? refresh(transaction, rule, now) : Future.succeededFuture(true)));
  }

  /// Holds the rule, unless another replica does, or it has changed meanwhile.
  private static Future<Boolean> hold(SqlConnection transaction, Rule rule) {
    return transaction
        .preparedQuery(
            """
            select id from rule
            where tenant = $1 and id = $2 and revision = $3 and (enabled and not deleted) = $4
            for no key update skip locked
            """)
        .execute(Tuple.of(rule.tenant().value(), rule.id(), rule.revision(), rule.live()))
        .map(rows -> rows.size() == 1);
  }

  private static Future<Boolean> refresh(SqlConnection transaction, Rule rule, Instant now) {
    return scope(transaction, rule)
        .compose(
            filter ->
                leave(transaction, rule, filter, now)
                    .compose(
                        left ->
                            rule.live()
                                ? renew(transaction, rule, now)
                                    .compose(
                                        renewed ->
                                            enter(transaction, rule, filter, now)
                                                .map(
                                                    entered ->
                                                        left == AT_ONCE
                                                            || renewed == AT_ONCE
                                                            || entered == AT_ONCE))
                                : Future.succeededFuture(left == AT_ONCE)))
        .compose(more -> done(transaction, rule, more, now).map(more));
  }

  private static Future<Optional<Filter>> scope(SqlConnection transaction, Rule rule) {
    return rule.live()
        ? rule.filter()
            .map(
                text ->
                    PgGroupFilters.resolve(transaction, rule.tenant(), FilterParser.parse(text))
                        .map(Optional::of))
            .orElse(Future.succeededFuture(Optional.empty()))
        : Future.succeededFuture(Optional.empty());
  }

  /// Devices that are in the scope no longer; all, where nothing is.
  private static Future<Integer> leave(
      SqlConnection transaction, Rule rule, Optional<Filter> filter, Instant now) {
    if (rule.live() && filter.isEmpty()) {
      return Future.succeededFuture(0);
    }
    Tuple parameters = Tuple.of(rule.tenant().value(), rule.id(), AT_ONCE);
    String outside =
        filter
            .map(
                tree ->
                    " and not exists (select from "
                        + TABLES
                        + " where device.tenant = state.tenant and device.id = state.device_id and "
                        + new PgFilter(parameters, now).condition(tree)
                        + ")")
            .orElse("");
    return transaction
        .preparedQuery(
            PgPools.UNCACHED
                + """
                update rule_state
                set leaving = true, firing = false, due_at = null
                where (tenant, rule_id, device_id) in (
                  select state.tenant, state.rule_id, state.device_id from rule_state as state
                  where state.tenant = $1 and state.rule_id = $2 and not state.leaving
                """
                + outside
                + " limit $3)")
        .execute(parameters)
        .map(rows -> rows.rowCount());
  }

  /// Devices that were in the scope before the condition changed begin anew.
  private static Future<Integer> renew(SqlConnection transaction, Rule rule, Instant now) {
    return transaction
        .preparedQuery(
            """
            update rule_state as state
            set revision = rule.revision, firing = false, changed_at = $4, since = null,
              value = null, due_firing = true, due_at =
            """
                + DUE
                + """
                from rule, presence
                where rule.tenant = state.tenant and rule.id = state.rule_id
                  and presence.tenant = state.tenant and presence.device_id = state.device_id
                  and (state.tenant, state.rule_id, state.device_id) in (
                    select tenant, rule_id, device_id from rule_state
                    where tenant = $1 and rule_id = $2 and not leaving and revision <> $5
                    limit $3
                  )
                """)
        .execute(
            Tuple.of(
                rule.tenant().value(),
                rule.id(),
                AT_ONCE,
                PgColumns.parameter(now),
                rule.revision()))
        .map(rows -> rows.rowCount());
  }

  /// Devices that have come into the scope. Those that went offline while they did are found here
  /// as well: no record is going to tell. Sessions older than that of their latest values are
  /// history to the rule.
  private static Future<Integer> enter(
      SqlConnection transaction, Rule rule, Optional<Filter> filter, Instant now) {
    Tuple parameters =
        Tuple.of(
            rule.tenant().value(), rule.id(), AT_ONCE, PgColumns.parameter(now), rule.revision());
    String inside =
        filter.map(tree -> " and " + new PgFilter(parameters, now).condition(tree)).orElse("");
    return transaction
        .preparedQuery(
            PgPools.UNCACHED
                + """
                insert into rule_state
                  (tenant, rule_id, device_id, revision, epoch_generation, epoch_offset, due_at)
                select device.tenant, rule.id, device.id, $5::bigint,
                  telemetry_latest.epoch_generation, telemetry_latest.epoch_offset,
                """
                + DUE
                + " from rule, "
                + TABLES
                + """
                where rule.tenant = $1 and rule.id = $2 and device.tenant = $1
                  and not exists (
                    select from rule_state
                    where rule_state.tenant = $1 and rule_state.rule_id = $2
                      and rule_state.device_id = device.id
                  )
                """
                + inside
                + " limit $3 on conflict do nothing")
        .execute(parameters)
        .map(rows -> rows.rowCount())
        .compose(entered -> catchUp(transaction, rule).map(entered));
  }

  private static Future<Void> catchUp(SqlConnection transaction, Rule rule) {
    return transaction
        .preparedQuery(
            """
            update rule_state as state set due_at = presence.since + rule.patience
            from rule, presence
            where rule.tenant = $1 and rule.id = $2 and rule.kind = 'offline'
              and state.tenant = $1 and state.rule_id = $2
              and not state.firing and not state.leaving and state.due_at is null
              and presence.tenant = $1 and presence.device_id = state.device_id
              and not presence.online and presence.since is not null
            """)
        .execute(Tuple.of(rule.tenant().value(), rule.id()))
        .mapEmpty();
  }

  private static Future<Void> done(
      SqlConnection transaction, Rule rule, boolean more, Instant now) {
    String[] key = {rule.tenant().value(), rule.id()};
    if (rule.deleted()) {
      return transaction
          .preparedQuery(
              """
              delete from rule where tenant = $1 and id = $2 and not exists (
                select from rule_state where tenant = $1 and rule_id = $2
              )
              """)
          .execute(Tuple.of(key[0], key[1]))
          .mapEmpty();
    }
    return transaction
        .preparedQuery(
            "update rule set refreshed_at = $3, problem = null where tenant = $1 and id = $2")
        .execute(Tuple.of(key[0], key[1], more ? null : PgColumns.parameter(now)))
        .mapEmpty();
  }

  /// The scope stays what it was; what stood against it is shown.
  private Future<Boolean> note(Rule rule, Throwable cause, Instant now) {
    String detail;
    switch (cause) {
      case ProblemException problem -> detail = String.valueOf(problem.getMessage());
      case PgException refused when refused.getSqlState().startsWith("22") ->
          detail = "The filter cannot be applied to every device.";
      default -> {
        return Future.failedFuture(cause);
      }
    }
    return pool.preparedQuery(
            """
            update rule set refreshed_at = $3, problem = $4
            where tenant = $1 and id = $2 and revision = $5
            """)
        .execute(
            Tuple.of(
                rule.tenant().value(),
                rule.id(),
                PgColumns.parameter(now),
                detail.substring(0, Math.min(detail.length(), PROBLEM_LENGTH_MAX)),
                rule.revision()))
        .map(false);
  }
}
