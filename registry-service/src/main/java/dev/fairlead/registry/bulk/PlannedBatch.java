package dev.fairlead.registry.bulk;

import dev.fairlead.registry.device.PgDeviceBatch;
import java.time.Instant;
import java.util.Optional;

/// A batch of an import before it is written. One of an import that only makes devices is prepared
/// as if none of them were there, which is quickest while others are still being written.
///
/// @param at when it is taken in, as far as others are told
/// @param making the devices, and what there is to tell of them; empty where it must be known first
///     which are there
record PlannedBatch(ImportBatch batch, Instant at, Optional<Making> making) {

  /// The devices of a batch, all of which are to be made.
  record Making(SortedRows rows, PgDeviceBatch.Making devices) {}

  /// Prepares a batch of an import.
  static PlannedBatch of(BulkJob job, ImportBatch batch, Instant now) {
    if (job.isUpsert()) {
      return new PlannedBatch(batch, now, Optional.empty());
    }
    SortedRows rows = SortedRows.allFresh(batch);
    return new PlannedBatch(
        batch,
        now,
        Optional.of(new Making(rows, PgDeviceBatch.Making.of(job.tenant(), rows.fresh(), now))));
  }
}
