package dev.fairlead.registry.bulk;

/// What a job has done, or a part of it.
///
/// @param rows rows of an import; devices that met the filter of a patch
/// @param created devices that were made
/// @param updated devices that were changed
/// @param unchanged devices that were so already
/// @param failed rows and devices with which it could not be done
record BulkCounts(long rows, long created, long updated, long unchanged, long failed) {

  static final BulkCounts NONE = new BulkCounts(0, 0, 0, 0, 0);

  BulkCounts plus(BulkCounts other) {
    return new BulkCounts(
        rows + other.rows,
        created + other.created,
        updated + other.updated,
        unchanged + other.unchanged,
        failed + other.failed);
  }

  /// As a query, for the audit.
  String text() {
    return "rows=%d&created=%d&updated=%d&unchanged=%d&failed=%d"
        .formatted(rows, created, updated, unchanged, failed);
  }
}
