package dev.fairlead.registry.group;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.device.PgDeviceNews;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which devices are in the static groups. Of every device that comes or goes the bus is told in
/// which groups it is.
final class PgGroupMembers {

  private final Pool pool;

  PgGroupMembers(Pool pool) {
    this.pool = pool;
  }

  /// What became of a change.
  ///
  /// @param added how many devices came
  /// @param removed how many went
  /// @param unknown ids that no device has
  /// @param outboxId the last place in the outbox of what was said; empty when nothing changed
  record Changed(int added, int removed, List<String> unknown, Optional<Long> outboxId) {
    Changed {
      unknown = List.copyOf(unknown);
    }
  }

  /// Puts devices into a static group and takes devices out; what is so already stays so.
  ///
  /// @param now for the records on the bus
  /// @return fails with the problems `group-not-found` and, for a dynamic group,
  ///     `validation-failed`
  Future<Changed> change(
      TenantId tenant, String group, Set<String> add, Set<String> remove, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                requireStatic(transaction, tenant, group)
                    .compose(nothing -> lock(transaction, tenant, add, remove))
                    .compose(
                        known -> change(transaction, tenant, group, add, remove, known, now, act)))
        .map(Objects::requireNonNull);
  }

  /// Holds the group, so that it is not deleted meanwhile.
  private static Future<Void> requireStatic(
      SqlConnection transaction, TenantId tenant, String group) {
    return transaction
        .preparedQuery(
            "select filter from device_group where tenant = $1 and id = $2 for key share")
        .execute(Tuple.of(tenant.value(), group))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return failed(ProblemType.GROUP_NOT_FOUND, "There is no group '" + group + "'.");
              }
              return rows.iterator().next().getString("filter") == null
                  ? Future.succeededFuture()
                  : failed(
                      ProblemType.VALIDATION_FAILED,
                      "The group '" + group + "' is dynamic: its filter decides.");
            });
  }

  /// Locks the devices, in the order in which everybody does, so that what the bus is told of each
  /// comes in the order of the changes.
  private static Future<Set<String>> lock(
      SqlConnection transaction, TenantId tenant, Set<String> add, Set<String> remove) {
    Set<String> all = new TreeSet<>(add);
    all.addAll(remove);
    return transaction
        .preparedQuery(
            "select id from device where tenant = $1 and id = any($2) order by id for update")
        .execute(Tuple.of(tenant.value(), (Object) all.toArray(String[]::new)))
        .map(
            rows -> {
              Set<String> known = new TreeSet<>();
              rows.forEach(row -> known.add(row.getString("id")));
              return known;
            });
  }

  private static Future<Changed> change(
      SqlConnection transaction,
      TenantId tenant,
      String group,
      Set<String> add,
      Set<String> remove,
      Set<String> known,
      Instant now,
      Act act) {
    Set<String> adding = new TreeSet<>(add);
    adding.retainAll(known);
    List<String> unknown = new ArrayList<>(new TreeSet<>(add));
    unknown.removeAll(known);
    return ids(
            transaction,
            """
            insert into device_group_member (tenant, group_id, device_id)
            select $1, $2, id from unnest($3::text[]) as wanted (id)
            on conflict do nothing
            returning device_id
            """,
            tenant,
            group,
            adding)
        .compose(
            added ->
                ids(
                        transaction,
                        """
                        delete from device_group_member
                        where tenant = $1 and group_id = $2 and device_id = any($3)
                        returning device_id
                        """,
                        tenant,
                        group,
                        remove)
                    .compose(
                        removed -> {
                          Set<String> changed = new TreeSet<>(added);
                          changed.addAll(removed);
                          return PgAudit.append(transaction, act)
                              .compose(
                                  nothing ->
                                      PgChanges.append(
                                          transaction, changes(tenant, group, added, removed, now)))
                              .compose(nothing -> tell(transaction, tenant, changed, now))
                              .map(
                                  last -> new Changed(added.size(), removed.size(), unknown, last));
                        }));
  }

  private static List<Change> changes(
      TenantId tenant, String group, List<String> added, List<String> removed, Instant now) {
    return Stream.concat(
            added.stream().map(id -> change(tenant, id, ChangeKind.GROUP_JOINED, group, now)),
            removed.stream().map(id -> change(tenant, id, ChangeKind.GROUP_LEFT, group, now)))
        .toList();
  }

  private static Change change(
      TenantId tenant, String device, ChangeKind kind, String group, Instant now) {
    return new Change(
        tenant,
        Optional.of(device),
        kind,
        now,
        JsonNodeFactory.instance.objectNode().put("group", group));
  }

  private static Future<List<String>> ids(
      SqlConnection transaction, String sql, TenantId tenant, String group, Set<String> devices) {
    return transaction
        .preparedQuery(sql)
        .execute(Tuple.of(tenant.value(), group, devices.toArray(String[]::new)))
        .map(
            rows -> {
              List<String> ids = new ArrayList<>(rows.size());
              rows.forEach(row -> ids.add(row.getString("device_id")));
              return ids;
            });
  }

  private static Future<Optional<Long>> tell(
      SqlConnection transaction, TenantId tenant, Set<String> devices, Instant now) {
    List<DeviceKey> keys =
        devices.stream().map(id -> new DeviceKey(tenant, new DeviceId(id))).toList();
    return PgDeviceNews.present(transaction, keys, now)
        .compose(
            records -> {
              Future<Optional<Long>> last = Future.succeededFuture(Optional.empty());
              for (var record : records) {
                last =
                    last.compose(before -> PgOutbox.append(transaction, record)).map(Optional::of);
              }
              return last;
            });
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
