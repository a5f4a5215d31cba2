package dev.fairlead.command.submission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.PgCommandRows;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// How full the queues of devices and tenants are.
final class PgQueueRoom {

  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(5);

  private final CommandSettings settings;

  PgQueueRoom(CommandSettings settings) {
    this.settings = settings;
  }

  /// Refuses those for which there is no room, and tells the others whether something stands before
  /// them. To be called under the locks of their devices, in a statement of its own: it must see
  /// what the last holders wrote. Those whose place a new one takes do not count.
  Future<Void> look(SqlConnection transaction, List<Wish> wishes) {
    if (wishes.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            with tenants as materialized (
              select tenant, sum(unfinished)::bigint as unfinished
              from tenant_queue where tenant = any($1::text[]) group by tenant
            )
            select wanted.tenant, wanted.device_id, queue.*, now() as now,
              coalesce(tenants.unfinished, 0) as of_tenant
            from unnest($1::text[], $2::text[], $3::text[]) as wanted (tenant, device_id, key)
            left join tenants on tenants.tenant = wanted.tenant
            cross join lateral (
              select count(*)::integer as unfinished,
                coalesce(bool_or(ordered), false) as has_ordered,
                coalesce(bool_or(waiting and not ordered), false) as has_waiting,
                (count(*) filter (where not waiting and not ordered))::integer as side_by_side
              from (
                select ordered, waiting from command c
                where c.tenant = wanted.tenant and c.device_id = wanted.device_id
                  and c.final_at is null
                  and not (c.waiting and coalesce(c.supersedes = wanted.key, false))
                limit $4) as unfinished
            ) as queue
            """)
        .execute(
            PgDeviceQueues.arguments(PgSubmissions.devices(wishes))
                .addArrayOfString(
                    wishes.stream()
                        .map(wish -> wish.order().supersedes().orElse(null))
                        .toArray(String[]::new))
                .addInteger(settings.queueMax()))
        .map(
            rows -> {
              Map<DeviceKey, Row> found = PgSubmissions.byDevice(rows);
              Map<String, Long> ofTenants = new HashMap<>();
              for (Wish wish : wishes) {
                Row row = Objects.requireNonNull(found.get(wish.device()), "a device of its own");
                long ofTenant =
                    ofTenants.merge(
                        row.getString("tenant"), row.getLong("of_tenant"), (more, _) -> more + 1);
                Optional<ProblemException> full = full(row.getInteger("unfinished"), ofTenant);
                full.ifPresentOrElse(wish::refuse, () -> wish.queue(blocked(wish, row), now(row)));
              }
              return null;
            });
  }

  private static Instant now(Row row) {
    return PgCommandRows.instant(row, "now");
  }

  private boolean blocked(Wish wish, Row queue) {
    return wish.order().ordered()
        ? queue.getBoolean("has_ordered")
        : queue.getBoolean("has_waiting")
            || queue.getInteger("side_by_side") >= settings.concurrentMax();
  }

  private Optional<ProblemException> full(int ofDevice, long ofTenant) {
    if (ofDevice >= settings.queueMax()) {
      return Optional.of(full("device", settings.queueMax()));
    }
    return ofTenant >= settings.tenantQueueMax()
        ? Optional.of(full("tenant", settings.tenantQueueMax()))
        : Optional.empty();
  }

  private static ProblemException full(String whose, int limit) {
    return Problem.of(
            ProblemType.TOO_MANY_REQUESTS,
            "The " + whose + " has " + limit + " unfinished commands; it takes no more.")
        .with("limit", limit)
        .retryAfter(FULL_RETRY_AFTER)
        .exception();
  }
}
