package dev.fairlead.registry.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The feed as Server-Sent Events, to one caller. The next part is read when the one before has
/// left, so that a slow caller costs one part of memory, and its own time.
///
/// Each event has its cursor as its id. So has each heartbeat: a caller whom a filter tells nothing
/// for days still knows where to go on.
final class ChangeStream {

  private static final Logger log = LoggerFactory.getLogger(ChangeStream.class);

  static final String MEDIA_TYPE = "text/event-stream";

  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final int PART = 100;

  private final PgChangeFeed feed;
  private final Gate gate;
  private final ChangeFilter filter;
  private final ChangeWaiters.Waiter waiter;
  private final Consumer<ChangeStream> ended;
  private Position position;
  private long lastSentNanos = System.nanoTime();

  /// What [#begin] has read and nobody has asked for yet.
  private Optional<Buffer> first = Optional.empty();

  private volatile boolean stopped;

  /// @param waiter its place, which it gives back at its end
  /// @param ended is told of its end
  ChangeStream(
      PgChangeFeed feed,
      Gate gate,
      ChangeFilter filter,
      ChangeWaiters.Waiter waiter,
      Position from,
      Consumer<ChangeStream> ended) {
    this.feed = feed;
    this.gate = gate;
    this.filter = filter;
    this.waiter = waiter;
    this.position = from;
    this.ended = ended;
  }

  /// Reads the first part, so that what cannot be read is a problem, and not an answer that is cut
  /// off.
  Future<ChangeStream> begin() {
    return read()
        .map(
            part -> {
              Buffer text = Buffer.buffer("retry: " + RETRY.toMillis() + "\n");
              // Where it stands now is behind the events: who is cut off before them begins again.
              first =
                  Optional.of(text.appendBuffer(part.events().isEmpty() ? beat() : events(part)));
              return this;
            })
        .onFailure(_ -> stop());
  }

  /// The next part; an empty one at the end.
  Future<Buffer> next() {
    if (stopped) {
      return Future.succeededFuture(Buffer.buffer());
    }
    if (first.isPresent()) {
      Buffer begun = first.get();
      first = Optional.empty();
      return Future.succeededFuture(begun);
    }
    return read().compose(this::sent).recover(this::waited);
  }

  /// Ends it: the next part is the end. May be called from any thread, and again.
  void stop() {
    stopped = true;
    waiter.close();
    ended.accept(this);
  }

  private Future<PgChangeFeed.Part> read() {
    return gate.through(() -> feed.after(position, filter, PART))
        .onSuccess(part -> position = part.next());
  }

  private Future<Buffer> sent(PgChangeFeed.Part part) {
    if (!part.events().isEmpty()) {
      return Future.succeededFuture(said(events(part)));
    }
    if (part.more()) {
      return next();
    }
    long left = HEARTBEAT.toNanos() - (System.nanoTime() - lastSentNanos);
    return left <= 0
        ? Future.succeededFuture(said(beat()))
        : waiter.sleep(Duration.ofNanos(left)).compose(_ -> next());
  }

  /// A database that is away is waited for: callers would not come back to a stream that ends with
  /// an error.
  private Future<Buffer> waited(Throwable cause) {
    if (cause instanceof ProblemException problem
        && problem.problem().type() == ProblemType.CURSOR_EXPIRED) {
      stop();
      return Future.failedFuture(cause);
    }
    log.atDebug().setCause(cause).log("changes not read, will be tried again");
    return waiter.sleep(RETRY).map(_ -> stopped ? Buffer.buffer() : said(Buffer.buffer(":\n\n")));
  }

  private Buffer said(Buffer text) {
    lastSentNanos = System.nanoTime();
    return text;
  }

  /// Empty lines without data are no event, but its id is where to go on.
  private Buffer beat() {
    return Buffer.buffer(": \nid: " + position.cursor() + "\n\n");
  }

  private static Buffer events(PgChangeFeed.Part part) {
    Buffer text = Buffer.buffer();
    for (ChangeEvent event : part.events()) {
      text.appendString("id: " + event.id() + "\ndata: ")
          .appendBytes(Json.write(event))
          .appendBytes("\n\n".getBytes(UTF_8));
    }
    return text;
  }
}
