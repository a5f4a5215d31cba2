package dev.fairlead.registry.audit;

import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Every entry that is wanted, the oldest first, one JSON document a line. Each call reads the next
/// page, so that no more than one is held.
final class AuditExport implements Supplier<Future<Buffer>> {

  private static final int PAGE = 1_000;

  private final PgAuditQuery query;
  private final String tenant;
  private final AuditFilter filter;
  private long after;

  /// What [#begin] has read and nobody has asked for yet.
  private Optional<Buffer> first = Optional.empty();

  AuditExport(PgAuditQuery query, String tenant, AuditFilter filter) {
    this.query = query;
    this.tenant = tenant;
    this.filter = filter;
  }

  /// Reads the first page, so that what cannot be read is a problem, and not an answer that is cut
  /// off.
  Future<AuditExport> begin() {
    return read()
        .map(
            page -> {
              first = Optional.of(page);
              return this;
            });
  }

  @Override
  public Future<Buffer> get() {
    Optional<Buffer> begun = first;
    first = Optional.empty();
    return begun.map(Future::succeededFuture).orElseGet(this::read);
  }

  private Future<Buffer> read() {
    return query.oldest(tenant, filter, after, PAGE).map(this::lines);
  }

  private Buffer lines(List<AuditDocument> page) {
    Buffer lines = Buffer.buffer();
    for (AuditDocument document : page) {
      lines.appendBytes(Json.write(document)).appendByte((byte) '\n');
      after = document.sequence();
    }
    return lines;
  }
}
