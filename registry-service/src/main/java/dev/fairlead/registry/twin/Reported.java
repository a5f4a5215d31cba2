package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.runtime.http.Json;
import java.time.Instant;
import java.util.Optional;

/// What a device last reported about itself.
///
/// @param document never changed in place
/// @param version how often the document has changed
/// @param changedAt the time of the event that changed it last
/// @param epoch of the session whose event was used last
/// @param updatedAt the time of that event's record
public record Reported(
    ObjectNode document,
    long version,
    Optional<Instant> changedAt,
    Optional<Epoch> epoch,
    Optional<Instant> updatedAt) {

  /// The largest document, as JSON in UTF-8.
  public static final int DOCUMENT_BYTES_MAX = 64 * 1024;

  /// Whether an event of that epoch comes from a session that a newer one has replaced; it then
  /// must not change anything.
  public boolean isLate(Epoch eventEpoch) {
    return epoch.filter(newest -> newest.isNewerThan(eventEpoch)).isPresent();
  }

  /// The same after an event that leaves the document as it is.
  public Reported seen(Epoch eventEpoch, Instant at) {
    return new Reported(document, version, changedAt, Optional.of(eventEpoch), Optional.of(at));
  }

  /// The same with a merge patch applied; empty when the document would become too large.
  public Optional<Reported> patched(ObjectNode patch) {
    return replaced(MergePatch.apply(document, patch));
  }

  /// The same with another document; empty when that is too large.
  public Optional<Reported> replaced(ObjectNode whole) {
    if (Json.write(whole).length > DOCUMENT_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        whole.equals(document)
            ? this
            : new Reported(whole, version + 1, updatedAt, epoch, updatedAt));
  }
}
