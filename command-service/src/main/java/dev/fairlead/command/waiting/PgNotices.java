package dev.fairlead.command.waiting;

import dev.fairlead.bus.Backoff;
import dev.fairlead.command.lifecycle.CommandId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the replicas which commands have ended, with PostgreSQL's `notify`. A notice only wakes
/// those who wait; one that is lost, as all are while a connection is away, costs a second: the
/// commands that somebody waits for are also looked up at that pace.
///
/// One notice is under way at a time, and those that come meanwhile go together in the next: a
/// commit with a notice takes a lock of the whole database.
public final class PgNotices {

  private static final Logger log = LoggerFactory.getLogger(PgNotices.class);

  private static final String CHANNEL = "fairlead_command_ended";

  /// PostgreSQL takes payloads below 8000 bytes: our name, and 200 ids of 37.
  private static final int IDS_MAX = 200;

  /// What is waiting to be told is bounded; what does not fit is found by the look-up.
  private static final int PENDING_MAX = 20_000;

  private static final int LOOKED_UP_MAX = 1_000;
  private static final Duration LOOK_UP_INTERVAL = Duration.ofSeconds(1);
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Pool pool;
  private final Waiters waiters;
  private final String self = UUID.randomUUID().toString();
  private final Queue<CommandId> pending = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pendingCount = new AtomicInteger();
  private final AtomicBoolean telling = new AtomicBoolean();
  private final Backoff backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private volatile @Nullable SqlConnection listening;
  private volatile boolean closed;

  /// @param waiters of this process
  public PgNotices(Vertx vertx, Pool pool, Waiters waiters) {
    this.vertx = vertx;
    this.pool = pool;
    this.waiters = waiters;
  }

  /// Begins to listen; goes on trying while the database is away.
  public void start() {
    listen();
    scheduleLookUp();
  }

  /// Stops listening.
  public Future<Void> close() {
    closed = true;
    SqlConnection connection = listening;
    return connection == null ? Future.succeededFuture() : connection.close();
  }

  /// These commands have ended, and that is committed: wakes those who wait here at once, and those
  /// in other replicas soon.
  public void ended(Collection<CommandId> commands) {
    waiters.wake(commands);
    for (CommandId command : commands) {
      if (pendingCount.incrementAndGet() > PENDING_MAX) {
        pendingCount.decrementAndGet();
        break;
      }
      pending.add(command);
    }
    tell();
  }

  private void tell() {
    if (closed || pending.isEmpty() || !telling.compareAndSet(false, true)) {
      return;
    }
    StringBuilder payload = new StringBuilder(self);
    int count = 0;
    for (CommandId id = pending.poll(); id != null; id = count < IDS_MAX ? pending.poll() : null) {
      payload.append(' ').append(id);
      count++;
    }
    pendingCount.addAndGet(-count);
    pool.preparedQuery("select pg_notify($1, $2)")
        .execute(Tuple.of(CHANNEL, payload.toString()))
        .onFailure(cause -> log.debug("a notice was not given", cause))
        .onComplete(
            _ -> {
              telling.set(false);
              tell();
            });
  }

  private void listen() {
    if (closed) {
      return;
    }
    pool.getConnection()
        .compose(
            connection -> {
              connection.closeHandler(_ -> again());
              PgConnection.cast(connection).notificationHandler(this::heard);
              listening = connection;
              return connection
                  .query("listen " + CHANNEL)
                  .execute()
                  .onSuccess(_ -> backoff.reset())
                  .recover(cause -> connection.close().transform(_ -> Future.failedFuture(cause)));
            })
        .onFailure(
            cause -> {
              log.debug("not listening, will be tried again", cause);
              again();
            });
  }

  private void again() {
    if (!closed) {
      vertx.setTimer(backoff.nextMillis(), _ -> listen());
    }
  }

  private void heard(PgNotification notice) {
    String[] words = notice.getPayload().split(" ", -1);
    if (!words[0].equals(self)) {
      waiters.wake(
          Stream.of(words).skip(1).map(CommandId::parse).flatMap(Optional::stream).toList());
    }
  }

  private void scheduleLookUp() {
    vertx.setTimer(
        LOOK_UP_INTERVAL.toMillis(),
        _ -> {
          if (!closed) {
            lookUp().onComplete(_ -> scheduleLookUp());
          }
        });
  }

  private Future<Void> lookUp() {
    List<CommandId> awaited = waiters.awaited();
    Future<Void> done = Future.succeededFuture();
    for (int from = 0; from < awaited.size(); from += LOOKED_UP_MAX) {
      List<CommandId> some = awaited.subList(from, Math.min(awaited.size(), from + LOOKED_UP_MAX));
      done = done.compose(_ -> lookUp(some));
    }
    return done;
  }

  private Future<Void> lookUp(List<CommandId> commands) {
    return pool.preparedQuery("select id from command where id = any($1) and final_at is not null")
        .execute(Tuple.of(commands.stream().map(CommandId::value).toArray(UUID[]::new)))
        .map(
            rows -> {
              List<CommandId> ended = new ArrayList<>(rows.size());
              for (Row row : rows) {
                ended.add(new CommandId(row.getUUID("id")));
              }
              waiters.wake(ended);
              return null;
            });
  }
}
