package dev.fairlead.registry.row;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// The parts of an export. The next is read when the one before has left, so that a slow caller
/// costs one part of memory; each is a long query of its own, so that it holds no connection
/// meanwhile.
public final class LongExport implements Supplier<Future<Buffer>> {

  private static final Duration TURN = Duration.ofMillis(20);

  private final Vertx vertx;
  private final LongQueries longQueries;
  private final String tenant;
  private final Supplier<Future<Optional<Buffer>>> steps;
  private boolean ended;

  /// What [#begin] has read and nobody has asked for yet.
  private Optional<Buffer> first = Optional.empty();

  private LongExport(
      Vertx vertx,
      LongQueries longQueries,
      String tenant,
      Supplier<Future<Optional<Buffer>>> steps) {
    this.vertx = vertx;
    this.longQueries = longQueries;
    this.tenant = tenant;
    this.steps = steps;
  }

  /// Reads the first part, so that what cannot be read is a problem, and not an answer that is cut
  /// off.
  ///
  /// @param tenant whose places the steps take
  /// @param steps each reads what comes next, which may be nothing; absent where nothing is left
  public static Future<LongExport> begin(
      Vertx vertx,
      LongQueries longQueries,
      String tenant,
      Supplier<Future<Optional<Buffer>>> steps) {
    LongExport export = new LongExport(vertx, longQueries, tenant, steps);
    return export
        .read()
        .map(
            part -> {
              export.first = Optional.of(part);
              return export;
            });
  }

  @Override
  public Future<Buffer> get() {
    Optional<Buffer> begun = first;
    first = Optional.empty();
    return begun.map(Future::succeededFuture).orElseGet(this::read);
  }

  /// Goes on until there is something to tell: an empty part would be the end.
  private Future<Buffer> read() {
    if (ended) {
      return Future.succeededFuture(Buffer.buffer());
    }
    return step()
        .compose(
            part -> {
              ended = part.isEmpty();
              return ended || part.get().length() > 0
                  ? Future.succeededFuture(part.orElseGet(Buffer::buffer))
                  : read();
            });
  }

  /// Comes when a place of the tenant's is free; nobody blocks an event loop for it.
  private Future<Optional<Buffer>> step() {
    return longQueries
        .runIfFree(tenant, steps)
        .orElseGet(() -> vertx.timer(TURN.toMillis()).compose(_ -> step()));
  }
}
