package dev.fairlead.command.submission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.bus.schema.SchemaProblems;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.command.device.PgTypes;
import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.idempotency.PgIdempotency.Claim;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.lifecycle.PgBatches;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.lifecycle.PgCommandStore.Superseding;
import dev.fairlead.command.lifecycle.PgNewCommands;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.command.submission.Submission.Answer;
import dev.fairlead.command.submission.Submission.Postponed;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// Writes new commands down, many in one transaction. One for a device that is there, with nothing
/// that stands before it, is written as `sent` in the same transaction, so that it can go out right
/// after the commit.
public final class PgSubmissions {

  private final Pool pool;
  private final PgCommandStore commands;
  private final PgTypes types;
  private final PgQueueRoom room;
  private final CommandSettings settings;

  /// @param pool of the schema `command`
  /// @param types whose schemas bodies must keep to
  public PgSubmissions(
      Pool pool, PgCommandStore commands, PgTypes types, CommandSettings settings) {
    this.pool = pool;
    this.commands = commands;
    this.types = types;
    this.room = new PgQueueRoom(settings);
    this.settings = settings;
  }

  /// Writes commands down, as far as they can be.
  ///
  /// @param wanted of each device one at most, and of each idempotency key; all of one batch, or
  ///     none of any
  /// @return what became of each, in the same order
  public Future<List<Submission>> submit(List<NewCommand> wanted) {
    return pool.withTransaction(transaction -> submit(transaction, wanted))
        .map(Objects::requireNonNull);
  }

  /// Writes a command down, and waits for whoever holds its device.
  public Future<Answer> submitAlone(NewCommand wanted) {
    return submit(List.of(wanted))
        .map(
            answers ->
                switch (answers.getFirst()) {
                  case Answer answer -> answer;
                  case Postponed _ -> throw new IllegalStateException("postponed when alone");
                });
  }

  private Future<List<Submission>> submit(SqlConnection transaction, List<NewCommand> wanted) {
    List<Wish> wishes = wanted.stream().map(Wish::new).toList();
    return find(transaction, wishes)
        .compose(_ -> recall(transaction, known(wishes)))
        .compose(_ -> check(transaction, open(wishes)))
        .compose(_ -> room.look(transaction, open(wishes)))
        .compose(_ -> takeKeys(transaction, open(wishes)))
        .compose(_ -> accept(transaction, open(wishes)))
        .map(_ -> wishes.stream().map(Wish::answer).toList());
  }

  private static List<Wish> open(List<Wish> wishes) {
    return wishes.stream().filter(Wish::isOpen).toList();
  }

  /// Locks the devices, and finds where they are and what their types are. Several together do not
  /// wait for one that somebody else holds.
  private static Future<Void> find(SqlConnection transaction, List<Wish> wishes) {
    return transaction
        .preparedQuery(
            """
            select q.tenant, q.device_id, q.parent, q.session_id, q.address, t.type, t.revision
            from unnest($1::text[], $2::text[]) as wanted (tenant, device_id)
            join device_queue q
              on q.tenant = wanted.tenant and q.device_id = wanted.device_id
            join device d on d.tenant = q.tenant and d.device_id = q.device_id
            left join device_type t on t.tenant = d.tenant and t.type = d.type
            order by q.tenant, q.device_id
            for update of q\
            """
                + (wishes.size() > 1 ? " skip locked" : ""))
        .execute(PgDeviceQueues.arguments(devices(wishes)))
        .map(
            rows -> {
              Map<DeviceKey, Row> found = byDevice(rows);
              for (Wish wish : wishes) {
                Optional.ofNullable(found.get(wish.device()))
                    .ifPresentOrElse(
                        row -> wish.found(PgDeviceQueues.session(row), type(row)),
                        () -> notFound(wish, wishes.size() > 1));
              }
              return null;
            });
  }

  private static void notFound(Wish wish, boolean isOneOfMany) {
    if (isOneOfMany) {
      wish.postpone();
    } else {
      wish.refuse(CommandProblems.deviceNotFound(wish.device().device()));
    }
  }

  private static Optional<SchemaCache.Key> type(Row row) {
    return row.getString("type") == null
        ? Optional.empty()
        : Optional.of(PgTypes.key(new TenantId(row.getString("tenant")), row));
  }

  static List<DeviceKey> devices(List<Wish> wishes) {
    return wishes.stream().map(Wish::device).toList();
  }

  static Map<DeviceKey, Row> byDevice(Iterable<Row> rows) {
    Map<DeviceKey, Row> found = new HashMap<>();
    for (Row row : rows) {
      found.put(DeviceKey.of(row.getString("tenant"), row.getString("device_id")), row);
    }
    return found;
  }

  /// Answers what was asked for before.
  private static Future<Void> recall(SqlConnection transaction, List<Wish> wishes) {
    return recallBatch(transaction, wishes).compose(_ -> recallKeys(transaction, known(wishes)));
  }

  /// Those that an earlier request may have made: also where their devices have gone since.
  private static List<Wish> known(List<Wish> wishes) {
    return wishes.stream().filter(Wish::mayBeKnown).toList();
  }

  /// A request for many that is repeated goes on where it was cut off.
  private static Future<Void> recallBatch(SqlConnection transaction, List<Wish> wishes) {
    Optional<UUID> batch = wishes.stream().findFirst().flatMap(Wish::batch);
    return batch.isEmpty()
        ? Future.succeededFuture()
        : PgBatches.made(transaction, batch.get(), devices(wishes))
            .map(
                made -> {
                  wishes.forEach(
                      wish -> Optional.ofNullable(made.get(wish.device())).ifPresent(wish::repeat));
                  return null;
                });
  }

  private static Future<Void> recallKeys(SqlConnection transaction, List<Wish> wishes) {
    return PgIdempotency.earlier(transaction, claims(wishes))
        .map(
            earlier -> {
              wishes.forEach(
                  wish ->
                      wish.claim()
                          .flatMap(claim -> Optional.ofNullable(earlier.get(claim.key())))
                          .ifPresent(wish::recall));
              return null;
            });
  }

  private static List<Claim> claims(List<Wish> wishes) {
    return wishes.stream().flatMap(wish -> wish.claim().stream()).toList();
  }

  /// What a body was checked as: for many devices once for each type of theirs.
  private record Checked(Optional<SchemaCache.Key> type, String kind, Optional<Payload> body) {}

  private Future<Void> check(SqlConnection transaction, List<Wish> wishes) {
    Set<SchemaCache.Key> known =
        wishes.stream().flatMap(wish -> wish.type().stream()).collect(Collectors.toSet());
    return types
        .schemas(transaction, known)
        .map(
            schemas -> {
              Map<Checked, List<Violation>> checked = new HashMap<>();
              for (Wish wish : wishes) {
                List<Violation> violations =
                    checked.computeIfAbsent(
                        new Checked(wish.type(), wish.kind(), wish.body()),
                        _ ->
                            wish.violations(
                                wish.type()
                                    .flatMap(type -> Optional.ofNullable(schemas.get(type)))
                                    .orElse(TypeSchemas.NONE)));
                if (!violations.isEmpty()) {
                  wish.refuse(SchemaProblems.violation("The body of the command", violations));
                }
              }
              return null;
            });
  }

  /// Somebody may have taken a key since it was looked up.
  private static Future<Void> takeKeys(SqlConnection transaction, List<Wish> wishes) {
    List<Claim> claims = claims(wishes);
    return PgIdempotency.take(transaction, claims)
        .compose(
            taken -> {
              if (taken.size() == claims.size()) {
                return Future.succeededFuture();
              }
              return recallKeys(
                  transaction,
                  wishes.stream()
                      .filter(
                          wish -> wish.claim().filter(c -> !taken.contains(c.key())).isPresent())
                      .toList());
            });
  }

  private Future<Void> accept(SqlConnection transaction, List<Wish> wishes) {
    if (wishes.isEmpty()) {
      return Future.succeededFuture();
    }
    return commands
        .supersede(transaction, superseding(wishes), wishes.getFirst().now())
        .compose(
            superseded -> {
              List<PgNewCommands.Fresh> fresh = new ArrayList<>(wishes.size());
              for (Wish wish : wishes) {
                fresh.add(
                    wish.accept(settings.lease(), superseded.getOrDefault(wish.id(), List.of())));
              }
              return Future.all(
                  PgNewCommands.insert(transaction, fresh),
                  PgOutbox.append(transaction, wishes.stream().flatMap(Wish::audited).toList()));
            })
        .mapEmpty();
  }

  private static List<Superseding> superseding(List<Wish> wishes) {
    return wishes.stream()
        .flatMap(
            wish ->
                wish.order().supersedes().stream()
                    .map(key -> new Superseding(wish.device(), key, wish.id())))
        .toList();
  }
}
