package dev.fairlead.registry.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.twin.DocumentChange;
import dev.fairlead.registry.twin.Reported;
import java.time.Instant;
import java.util.Optional;

/// What a batch of events tells the feed of what a device reports: at most one change.
final class ReportedNews {

  private ReportedNews() {}

  /// The change between two states of a device; empty when the document is the same.
  static Optional<Change> of(DeviceKey device, Reported before, Reported after) {
    ObjectNode was = before.document();
    ObjectNode is = after.document();
    return was.equals(is)
        ? Optional.empty()
        : Optional.of(
            Change.of(
                device,
                ChangeKind.DEVICE_REPORTED,
                after.updatedAt().orElse(Instant.EPOCH),
                DocumentChange.data(was, is)));
  }
}
