package dev.fairlead.registry.devicetype;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A type of devices, as the API shows it.
///
/// @param summary what lists show as well
/// @param schemas `{telemetry?, reported?, desired?, commands?}`; never changed in place
record DeviceTypeDocument(@JsonUnwrapped Summary summary, ObjectNode schemas) {

  /// A type in a list.
  ///
  /// @param checks which members its schemas have
  /// @param version how often it was changed, from 1
  /// @param updatedBy the key or the person that wrote it
  record Summary(
      String type,
      Optional<String> title,
      Optional<String> description,
      List<String> checks,
      long version,
      Instant updatedAt,
      String updatedBy) {

    Summary {
      checks = List.copyOf(checks);
    }
  }
}
