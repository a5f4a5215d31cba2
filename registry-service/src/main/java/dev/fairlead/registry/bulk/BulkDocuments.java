package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/// Jobs as the API shows them.
final class BulkDocuments {

  private BulkDocuments() {}

  /// An import.
  ///
  /// @param offset where an upload goes on: the bytes that were taken
  record Import(
      String id,
      String format,
      String mode,
      String state,
      Instant createdAt,
      String createdBy,
      Instant updatedAt,
      Optional<Instant> finishedAt,
      long offset,
      long lines,
      long rows,
      long created,
      long updated,
      long unchanged,
      long failed) {}

  static Import imported(BulkJob job) {
    BulkCounts counts = job.counts();
    return new Import(
        job.id(),
        job.spec("format"),
        job.spec("mode"),
        job.state().word(),
        job.createdAt(),
        job.actor().id(),
        job.updatedAt(),
        job.finishedAt(),
        job.bytes(),
        job.lines(),
        counts.rows(),
        counts.created(),
        counts.updated(),
        counts.unchanged(),
        counts.failed());
  }

  /// A patch.
  ///
  /// @param after the id of the device that was looked at last
  /// @param problem why it could not be brought to its end
  /// @param matched how many of those that were looked at meet the filter
  record Patch(
      String id,
      String filter,
      JsonNode patch,
      boolean dryRun,
      String state,
      Instant createdAt,
      String createdBy,
      Instant updatedAt,
      Optional<Instant> finishedAt,
      Optional<String> after,
      Optional<String> problem,
      long matched,
      long updated,
      long unchanged,
      long failed) {}

  static Patch patched(BulkJob job) {
    BulkCounts counts = job.counts();
    return new Patch(
        job.id(),
        job.spec("filter"),
        job.spec().path("patch"),
        job.spec().path("dryRun").asBoolean(),
        job.state().word(),
        job.createdAt(),
        job.actor().id(),
        job.updatedAt(),
        job.finishedAt(),
        job.cursor(),
        job.problem(),
        counts.rows(),
        counts.updated(),
        counts.unchanged(),
        counts.failed());
  }
}
