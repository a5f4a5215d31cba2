package dev.fairlead.registry.bulk;

import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.PgDeviceScan;
import dev.fairlead.registry.row.LongQueries;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// An export, part by part: the next is read when the one before has left, so that a slow caller
/// costs one part of memory. Each step is a look of its own at the database: a device that changes
/// meanwhile is shown as it is when its turn comes.
final class DeviceExport implements Supplier<Future<Buffer>> {

  private static final int STEP = 2_000;
  private static final Duration TURN = Duration.ofMillis(20);

  private final Vertx vertx;
  private final LongQueries longQueries;
  private final PgExport steps;
  private final PgDeviceScan.Question question;
  private final ExportFormat format;
  private Optional<String> after;
  private boolean headed;
  private boolean ended;

  /// What [#begin] has read and nobody has asked for yet.
  private Optional<Buffer> first = Optional.empty();

  DeviceExport(
      Vertx vertx,
      LongQueries longQueries,
      PgDeviceScan.Question question,
      ExportFormat format,
      Optional<String> after) {
    this.vertx = vertx;
    this.longQueries = longQueries;
    this.steps = new PgExport(longQueries.pool());
    this.question = question;
    this.format = format;
    this.after = after;
  }

  /// Reads the first part, so that what cannot be read is a problem, and not an answer that is cut
  /// off.
  Future<DeviceExport> begin() {
    return read()
        .map(
            part -> {
              first = Optional.of(part);
              return this;
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
    return turn()
        .compose(
            nothing ->
                steps
                    .next(question, after, STEP)
                    .onComplete(done -> longQueries.shares().give(question.tenant().value())))
        .compose(
            step -> {
              Buffer part = part(step);
              return part.length() == 0 && !ended ? read() : Future.succeededFuture(part);
            });
  }

  private Buffer part(PgDeviceScan.Step step) {
    Buffer part = Buffer.buffer();
    if (!headed) {
      format.head(part);
      headed = true;
    }
    for (DescribedDevice device : step.devices()) {
      format.write(part, device);
    }
    ended = step.last().isEmpty();
    after = step.last();
    return part;
  }

  /// Comes when a place of the tenant's is free; nobody blocks an event loop for it.
  private Future<Void> turn() {
    return longQueries.shares().take(question.tenant().value())
        ? Future.succeededFuture()
        : vertx.timer(TURN.toMillis()).compose(nothing -> turn());
  }
}
