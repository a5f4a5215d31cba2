package dev.fairlead.registry.bulk;

import dev.fairlead.bus.identity.DeviceId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A part of an import that is taken as a whole, or not at all.
///
/// @param from the place in the body where it begins
/// @param to the place behind it
/// @param lines how many line breaks lie before that place
/// @param columns of the header, where there is one and it was taken
/// @param rows in the order of their ids, each id once
/// @param ids of the rows; the caller does not change them any more
/// @param errors of rows that cannot be taken
/// @param last whether nothing comes after it
record ImportBatch(
    long from,
    long to,
    long lines,
    Optional<List<String>> columns,
    List<DeviceRow> rows,
    Set<DeviceId> ids,
    List<BulkError> errors,
    boolean last) {

  ImportBatch {
    rows = List.copyOf(rows);
    ids = Collections.unmodifiableSet(ids);
    errors = List.copyOf(errors);
  }

  /// Whether no device is in another batch as well.
  boolean isDisjoint(ImportBatch other) {
    return Collections.disjoint(ids, other.ids);
  }

  /// Whether there is nothing to write down.
  boolean isEmpty() {
    return from == to && !last;
  }
}
