package dev.fairlead.registry.bulk;

import dev.fairlead.registry.device.PgDeviceScan;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.row.LongExport;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/// The export of devices.
final class DeviceExportRoutes {

  private final Vertx vertx;
  private final LongQueries longQueries;
  private final InstantSource clock;

  DeviceExportRoutes(Vertx vertx, LongQueries longQueries, InstantSource clock) {
    this.vertx = vertx;
    this.longQueries = longQueries;
    this.clock = clock;
  }

  void bind(ApiRouter.Builder router) {
    router.operation("exportDevices", this::export);
  }

  private ApiResponse export(ApiRequest request) {
    ExportFormat format =
        request.query("format").orElse("ndjson").equals("csv")
            ? ExportFormat.CSV
            : ExportFormat.NDJSON;
    PgDeviceScan.Question question =
        new PgDeviceScan.Question(
            BulkJobRoutes.tenant(request),
            request.group(),
            request.query("filter").map(FilterParser::parse),
            clock.instant());
    DeviceExport steps =
        new DeviceExport(longQueries.pool(), question, format, request.query("after"));
    return ApiResponse.streamed(
        format.mediaType(), LongExport.begin(vertx, longQueries, request.tenant(), steps).await());
  }
}
