package dev.fairlead.registry.bulk;

import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.PgDeviceScan;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import java.util.Optional;
import java.util.function.Supplier;

/// The steps of an export of devices. Each is a look of its own at the database: a device that
/// changes meanwhile is shown as it is when its turn comes.
final class DeviceExport implements Supplier<Future<Optional<Buffer>>> {

  private static final int STEP = 2_000;

  private final PgExport steps;
  private final PgDeviceScan.Question question;
  private final ExportFormat format;
  private Optional<String> after;
  private boolean headed;

  DeviceExport(
      Pool pool, PgDeviceScan.Question question, ExportFormat format, Optional<String> after) {
    this.steps = new PgExport(pool);
    this.question = question;
    this.format = format;
    this.after = after;
  }

  @Override
  public Future<Optional<Buffer>> get() {
    return steps.next(question, after, STEP).map(this::part);
  }

  private Optional<Buffer> part(PgDeviceScan.Step step) {
    Buffer part = Buffer.buffer();
    if (!headed) {
      format.head(part);
      headed = true;
    }
    for (DescribedDevice device : step.devices()) {
      format.write(part, device);
    }
    if (step.last().isPresent()) {
      after = step.last();
    }
    return step.last().isEmpty() && part.length() == 0 ? Optional.empty() : Optional.of(part);
  }
}
