package dev.fairlead.bus.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.runtime.http.ApiResponse;
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

/// A feed as Server-Sent Events, to one caller. The next part is read when the one before has
/// left, so that a slow caller costs one part of memory, and its own time.
///
/// Each event has its cursor as its id. So has each heartbeat: a caller whom a filter tells nothing
/// for days still knows where to go on.
///
/// @param <F> tells which events the caller is told
public final class FeedStream<F> {

  private static final Logger log = LoggerFactory.getLogger(FeedStream.class);

  private static final String MEDIA_TYPE = "text/event-stream";

  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final int PART = 100;

  private final PgFeed<F> feed;
  private final Gate gate;
  private final F filter;
  private final FeedWaiters.Waiter waiter;
  private final Consumer<FeedStream<F>> ended;
  private Position position;
  private long lastSentNanos = System.nanoTime();

  /// What [#begin] has read and nobody has asked for yet.
  private Optional<Buffer> first = Optional.empty();

  /// Nothing comes after what was read.
  private boolean over;

  private volatile boolean answered;
  private volatile boolean stopped;

  /// @param waiter its place, which it gives back at its end
  /// @param ended is told of its end
  FeedStream(
      PgFeed<F> feed,
      Gate gate,
      F filter,
      FeedWaiters.Waiter waiter,
      Position from,
      Consumer<FeedStream<F>> ended) {
    this.feed = feed;
    this.gate = gate;
    this.filter = filter;
    this.waiter = waiter;
    this.position = from;
    this.ended = ended;
  }

  /// Reads the first part, so that what cannot be read is a problem, and not an answer that is cut
  /// off.
  ///
  /// @return whether there is anything to come
  public Future<Boolean> begin() {
    return read().map(this::begun).onFailure(_ -> stop());
  }

  private boolean begun(PgFeed.Part part) {
    if (part.events().isEmpty() && part.over()) {
      stop();
      return false;
    }
    Buffer text = Buffer.buffer("retry: " + RETRY.toMillis() + "\n");
    // Where it stands now is behind the events: who is cut off before them begins again.
    first = Optional.of(text.appendBuffer(part.events().isEmpty() ? beat() : events(part)));
    return true;
  }

  /// The answer that carries it, once it has begun.
  public ApiResponse answer() {
    answered = true;
    return ApiResponse.live(MEDIA_TYPE, this::next, this::stop)
        .withHeader("Cache-Control", "no-store")
        .withHeader("X-Accel-Buffering", "no");
  }

  /// Gives the place back unless there is an [#answer]: whoever does not get one leaves none taken,
  /// also when the request took too long meanwhile.
  public void stopUnlessAnswered() {
    if (!answered) {
      stop();
    }
  }

  /// The next part; an empty one at the end.
  private Future<Buffer> next() {
    if (stopped) {
      return Future.succeededFuture(Buffer.buffer());
    }
    if (first.isPresent()) {
      Buffer text = first.get();
      first = Optional.empty();
      return Future.succeededFuture(text);
    }
    if (over) {
      stop();
      return Future.succeededFuture(Buffer.buffer());
    }
    return read().compose(this::sent).recover(this::waited);
  }

  /// Ends it: the next part is the end. May be called from any thread, and again.
  void stop() {
    stopped = true;
    waiter.close();
    ended.accept(this);
  }

  private Future<PgFeed.Part> read() {
    return gate.through(() -> feed.after(position, filter, PART))
        .onSuccess(
            part -> {
              position = part.next();
              over = part.over();
            });
  }

  private Future<Buffer> sent(PgFeed.Part part) {
    if (!part.events().isEmpty()) {
      return Future.succeededFuture(said(events(part)));
    }
    if (part.over()) {
      return next();
    }
    if (part.more()) {
      // Who is told where it stands begins there, should it be cut off in a long search.
      return Future.succeededFuture(said(beat()));
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
    log.atDebug().setCause(cause).log("feed not read, will be tried again");
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

  /// What devices send stands in events as it came, and may have lines, between its tokens alone.
  private static byte[] oneLine(byte[] json) {
    for (int place = 0; place < json.length; place++) {
      if (json[place] == '\n' || json[place] == '\r') {
        json[place] = ' ';
      }
    }
    return json;
  }

  private static Buffer events(PgFeed.Part part) {
    Buffer text = Buffer.buffer();
    for (FeedEvent event : part.events()) {
      text.appendString("id: " + event.id() + "\ndata: ")
          .appendBytes(oneLine(Json.write(event)))
          .appendBytes("\n\n".getBytes(UTF_8));
    }
    return text;
  }
}
