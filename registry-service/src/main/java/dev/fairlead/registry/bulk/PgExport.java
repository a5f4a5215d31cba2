package dev.fairlead.registry.bulk;

import dev.fairlead.registry.device.PgDeviceScan;
import dev.fairlead.registry.row.PgTimeLimit;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.util.Optional;

/// Takes the steps of exports, each with a connection of its own for as long as it lasts.
final class PgExport {

  private final Pool pool;

  PgExport(Pool pool) {
    this.pool = pool;
  }

  /// Takes the next step.
  ///
  /// @return fails with the problems `validation-failed` and `filter-too-slow`
  Future<PgDeviceScan.Step> next(
      PgDeviceScan.Question question, Optional<String> after, int width) {
    return PgTimeLimit.within(
        pool, transaction -> PgDeviceScan.next(transaction, question, after, width, false));
  }
}
