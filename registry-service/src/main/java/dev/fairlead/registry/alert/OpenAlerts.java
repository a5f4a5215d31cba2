package dev.fairlead.registry.alert;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The open alerts of one device, of those that it raised itself.
///
/// @param byCode the alerts by their codes
/// @param ended those that ended since the others were read, in that order
public record OpenAlerts(Map<String, Alert> byCode, List<Ended> ended) {

  /// The most alerts of a device that are open at once.
  public static final int OPEN_MAX = 64;

  /// No alert is open.
  public static final OpenAlerts NONE = new OpenAlerts(Map.of());

  /// An alert that is over.
  ///
  /// @param at when it was cleared, by the record that did
  public record Ended(Alert alert, Instant at) {}

  /// Copies the alerts.
  public OpenAlerts {
    byCode = Map.copyOf(byCode);
    ended = List.copyOf(ended);
  }

  /// Alerts as they are read.
  public OpenAlerts(Map<String, Alert> byCode) {
    this(byCode, List.of());
  }

  /// The alerts after a change. An alert raised again keeps the time at which it was first raised.
  ///
  /// @return empty when one more would be too many
  public Optional<OpenAlerts> after(AlertChange change) {
    Map<String, Alert> changed = new TreeMap<>(byCode);
    List<Ended> over = new ArrayList<>(ended);
    switch (change) {
      case AlertChange.Raised(Alert alert) -> changed.merge(alert.code(), alert, Alert::again);
      case AlertChange.Cleared(String code, Instant at) -> {
        @Nullable Alert cleared = changed.remove(code);
        if (cleared != null) {
          over.add(new Ended(cleared, at));
        }
      }
    }
    return changed.size() > OPEN_MAX
        ? Optional.empty()
        : Optional.of(new OpenAlerts(changed, over));
  }
}
