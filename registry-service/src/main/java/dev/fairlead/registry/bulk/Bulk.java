package dev.fairlead.registry.bulk;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRouter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;

/// Imports, exports and patches of devices, put together.
public final class Bulk {

  private final DeviceImportRoutes imports;
  private final DevicePatchRoutes patches;
  private final DeviceExportRoutes exports;
  private final PatchWork work;
  private final PgBulkRetention retention;

  /// Begins to work off patches and to forget old jobs; its context is the caller's.
  ///
  /// @param pool for what is quick
  /// @param longQueries for the steps of jobs and exports
  /// @param quota how many devices a tenant may have
  /// @param service that the audit names
  public Bulk(
      Vertx vertx,
      Pool pool,
      LongQueries longQueries,
      PgOutbox outbox,
      PgDeviceQuota quota,
      BulkSettings settings,
      String service,
      InstantSource clock) {
    PgBulkJobs jobs = new PgBulkJobs(pool);
    this.work =
        new PatchWork(vertx, new PgPatchWriter(longQueries.pool(), outbox, service, clock), outbox);
    this.retention = new PgBulkRetention(vertx, pool, settings.retention(), clock);
    this.imports = new DeviceImportRoutes(jobs, longQueries, outbox, quota, settings, clock);
    this.patches = new DevicePatchRoutes(jobs, work, clock);
    this.exports = new DeviceExportRoutes(vertx, longQueries, clock);
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    imports.bind(router);
    patches.bind(router);
    exports.bind(router);
  }

  /// Stops after what is being done at the moment.
  public Future<Void> close() {
    return Future.join(work.close(), retention.close()).mapEmpty();
  }
}
