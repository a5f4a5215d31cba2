package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.alert.OpenAlerts;
import dev.fairlead.registry.alert.PgAlerts;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Devices in PostgreSQL. A device and the rows that hang on it come and go together.
final class PgDeviceStore implements DeviceStore {

  /// The member of a patch that shuts a device out or lets it in.
  private static final String BLOCKED = "blocked";

  private final Pool pool;
  private final PgOutbox outbox;
  private final PgAlerts alerts = new PgAlerts();

  PgDeviceStore(Pool pool, PgOutbox outbox) {
    this.pool = pool;
    this.outbox = outbox;
  }

  @Override
  public Future<Made> create(
      DeviceKey device,
      DeviceDescription description,
      DeviceTokens.Plan plan,
      Instant now,
      Act act) {
    Future<Made> made =
        pool.withTransaction(
                transaction ->
                    PgNewDevice.insert(transaction, device, description, plan, now)
                        .compose(
                            generation ->
                                PgAudit.append(
                                        transaction, act, DeviceRoutes.PATH + device.device())
                                    .map(outboxId -> new Made(generation, outboxId))))
            .map(Objects::requireNonNull);
    return PgTenants.required(device.tenant(), made);
  }

  @Override
  public Future<DeviceDocument> get(DeviceKey device) {
    return pool.withConnection(connection -> read(connection, device)).map(Objects::requireNonNull);
  }

  private Future<DeviceDocument> read(SqlConnection connection, DeviceKey device) {
    return connection
        .preparedQuery(PgDeviceRows.SELECT_ONE)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(rows -> single(device, rows))
        .compose(
            row ->
                alerts
                    .load(connection, Set.of(device))
                    .map(
                        open ->
                            PgDeviceRows.document(
                                row, open.getOrDefault(device, OpenAlerts.NONE))));
  }

  @Override
  public Future<List<DeviceDocument.Summary>> list(
      DeviceFilter filter, Optional<String> after, int limit) {
    PgDeviceQuery query = PgDeviceQuery.of(filter, after, limit);
    return pool.preparedQuery(query.sql())
        .execute(query.parameters())
        .map(
            rows -> {
              List<DeviceDocument.Summary> devices = new ArrayList<>(rows.size());
              rows.forEach(row -> devices.add(PgDeviceRows.summary(row)));
              return devices;
            });
  }

  @Override
  public Future<Optional<Long>> patch(DeviceKey device, ObjectNode patch, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        select name, type, tags::text as tags
                        from device where tenant = $1 and id = $2
                        for update
                        """)
                    .execute(Tuple.of(device.tenant().value(), device.device().value()))
                    .compose(rows -> single(device, rows))
                    .map(row -> PgDeviceRows.description(row).patched(patch))
                    .compose(description -> update(transaction, device, description, now))
                    .compose(updated -> PgAudit.append(transaction, act))
                    .compose(audited -> block(transaction, device, patch)))
        .map(Objects::requireNonNull)
        .onSuccess(blocked -> outbox.poke());
  }

  private static Future<Optional<Long>> block(
      SqlConnection transaction, DeviceKey device, ObjectNode patch) {
    return patch.has(BLOCKED)
        ? PgBlocks.set(transaction, device, patch.path(BLOCKED).booleanValue())
            .compose(news -> PgOutbox.append(transaction, news.toRecord()))
            .map(Optional::of)
        : Future.succeededFuture(Optional.empty());
  }

  private static Future<Long> update(
      SqlConnection transaction, DeviceKey device, DeviceDescription description, Instant now) {
    return transaction
        .preparedQuery(
            """
            update device set name = $3, type = $4, tags = $5::text::jsonb, updated_at = $6
            where tenant = $1 and id = $2
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                description.name().orElse(null),
                description.type().orElse(null),
                PgDeviceRows.json(description.tags()),
                PgColumns.parameter(now)))
        .compose(
            rows -> PgOutbox.append(transaction, PgNewDevice.present(device, description, now)));
  }

  @Override
  public Future<Long> delete(DeviceKey device, Instant revokedUntil, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                lockAll(transaction, device)
                    .compose(
                        row ->
                            PgAudit.append(transaction, act)
                                .compose(nothing -> remove(transaction, device))
                                .compose(
                                    nothing ->
                                        PgCredentials.revoke(transaction, device, revokedUntil))
                                .compose(revocation -> append(transaction, revocation.toRecord()))
                                .compose(nothing -> PgBlocks.leave(transaction, device))
                                .compose(left -> appendIfAny(transaction, left))
                                .compose(nothing -> closeSession(transaction, device, row)))
                    .compose(
                        nothing ->
                            PgOutbox.append(
                                transaction,
                                new DeviceChange.Deleted(device, now.toEpochMilli()).toRecord())))
        .map(Objects::requireNonNull);
  }

  /// Locks the rows of a device in the order in which consumers lock them, so that the deletion
  /// waits for them and they for it, and never both.
  private static Future<Row> lockAll(SqlConnection transaction, DeviceKey device) {
    Tuple key = Tuple.of(device.tenant().value(), device.device().value());
    return transaction
        .preparedQuery("select id from device where tenant = $1 and id = $2 for update")
        .execute(key)
        .compose(rows -> single(device, rows))
        .compose(
            row ->
                transaction
                    .preparedQuery(
                        """
                        select device_id from reported
                        where tenant = $1 and device_id = $2
                        for update
                        """)
                    .execute(key))
        .compose(
            rows ->
                transaction
                    .preparedQuery(
                        """
                        select online, session, address from presence
                        where tenant = $1 and device_id = $2
                        for update
                        """)
                    .execute(key))
        .compose(rows -> single(device, rows));
  }

  private static Future<Void> remove(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery("delete from device where tenant = $1 and id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .mapEmpty();
  }

  private static Future<Void> closeSession(
      SqlConnection transaction, DeviceKey device, Row presence) {
    if (!presence.getBoolean("online")) {
      return Future.succeededFuture();
    }
    SessionId session = new SessionId(presence.getString("session"));
    return append(
        transaction,
        new InboxMessage.Close(device, session, CloseReason.REVOKED)
            .toRecord(InboxAddress.parse(presence.getString("address"))));
  }

  private static Future<Void> appendIfAny(SqlConnection transaction, Optional<AccessMessage> news) {
    return news.map(message -> append(transaction, message.toRecord()))
        .orElse(Future.succeededFuture());
  }

  private static Future<Void> append(SqlConnection transaction, BusRecord record) {
    return PgOutbox.append(transaction, record).mapEmpty();
  }

  private static Future<Row> single(DeviceKey device, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : Future.failedFuture(
            new ProblemException(
                ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device.device() + "'."));
  }
}
