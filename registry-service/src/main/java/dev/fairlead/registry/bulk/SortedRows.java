package dev.fairlead.registry.bulk;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What is to be done with the rows of a batch.
final class SortedRows {

  private final ImportBatch batch;
  private final boolean upsert;
  private final List<DescribedDevice> fresh = new ArrayList<>();
  private final List<DescribedDevice> changed = new ArrayList<>();
  private final List<BulkError> errors;
  private long unchanged;

  /// @param upsert whether devices that are there are changed, and not refused
  private SortedRows(ImportBatch batch, boolean upsert) {
    this.batch = batch;
    this.upsert = upsert;
    this.errors = new ArrayList<>(batch.errors());
  }

  /// Sorts rows as if no device were there that they are about.
  static SortedRows allFresh(ImportBatch batch) {
    return of(batch, false, Map.of(), batch.rows().size());
  }

  /// Sorts rows.
  ///
  /// @param upsert whether devices that are there are changed, and not refused
  /// @param there the devices that are there
  /// @param room how many can be made
  static SortedRows of(
      ImportBatch batch, boolean upsert, Map<DeviceId, DeviceDescription> there, int room) {
    SortedRows sorted = new SortedRows(batch, upsert);
    batch.rows().forEach(row -> sorted.sort(row, Optional.ofNullable(there.get(row.id())), room));
    return sorted;
  }

  /// Devices to be made.
  List<DescribedDevice> fresh() {
    return fresh;
  }

  /// Devices to be changed.
  List<DescribedDevice> changed() {
    return changed;
  }

  private void sort(DeviceRow row, Optional<DeviceDescription> before, int room) {
    try {
      DeviceDescription after = before.orElseGet(DeviceDescription::empty).patched(row.document());
      if (before.isEmpty()) {
        if (fresh.size() == room) {
          error(row, ProblemType.QUOTA_EXCEEDED, "The tenant has as many devices as it may.");
        } else {
          fresh.add(new DescribedDevice(row.id(), after));
        }
      } else if (!upsert) {
        exists(row);
      } else if (before.get().equals(after)) {
        unchanged++;
      } else {
        changed.add(new DescribedDevice(row.id(), after));
      }
    } catch (ProblemException e) {
      errors.add(BulkError.of(Optional.of(row.line()), Optional.of(row.id().value()), e));
    }
  }

  private void exists(DeviceRow row) {
    error(row, ProblemType.DEVICE_EXISTS, "There is a device '" + row.id() + "' already.");
  }

  private void error(DeviceRow row, ProblemType type, String why) {
    errors.add(
        new BulkError(Optional.of(row.line()), Optional.of(row.id().value()), type.slug(), why));
  }

  /// Notes devices that could not be made: they were there, or somebody else made them at the same
  /// time.
  ///
  /// @param made those that could
  void refuseBut(Set<DeviceId> made) {
    if (made.size() == fresh.size()) {
      return;
    }
    Set<DeviceId> wanted = fresh.stream().map(DescribedDevice::id).collect(Collectors.toSet());
    batch.rows().stream()
        .filter(row -> wanted.contains(row.id()) && !made.contains(row.id()))
        .forEach(this::exists);
  }

  /// What could not be done, in the order of the rows.
  List<BulkError> errors() {
    errors.sort(Comparator.comparing(error -> error.line().orElse(0L)));
    return errors;
  }

  /// What was done.
  ///
  /// @param created how many devices were made
  /// @param updated how many devices were changed
  BulkCounts counts(int created, int updated) {
    return new BulkCounts(
        batch.rows().size() + batch.errors().size(), created, updated, unchanged, errors.size());
  }
}
