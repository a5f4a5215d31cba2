package dev.fairlead.registry.alert;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The open alerts of one device.
///
/// @param byCode the alerts by their codes
public record OpenAlerts(Map<String, Alert> byCode) {

  /// The most alerts of a device that are open at once.
  public static final int OPEN_MAX = 64;

  /// No alert is open.
  public static final OpenAlerts NONE = new OpenAlerts(Map.of());

  /// Copies the alerts.
  public OpenAlerts {
    byCode = Map.copyOf(byCode);
  }

  /// The alerts after a change. An alert raised again keeps the time at which it was first raised.
  ///
  /// @return empty when one more would be too many
  public Optional<OpenAlerts> after(AlertChange change) {
    Map<String, Alert> changed = new TreeMap<>(byCode);
    switch (change) {
      case AlertChange.Raised(Alert alert) ->
          changed.merge(alert.code(), alert, OpenAlerts::raisedAgain);
      case AlertChange.Cleared(String code) -> changed.remove(code);
    }
    return changed.size() > OPEN_MAX ? Optional.empty() : Optional.of(new OpenAlerts(changed));
  }

  private static Alert raisedAgain(Alert before, Alert now) {
    return new Alert(now.code(), now.severity(), now.text(), now.suggestion(), before.raisedAt());
  }
}
