package dev.fairlead.registry.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.alert.Alert;
import dev.fairlead.registry.alert.OpenAlerts;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.twin.DocumentChange;
import dev.fairlead.registry.twin.Reported;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What a batch of events tells the feed about one device: at most one change of what it reports,
/// and one for each alert that is another now.
final class EventChanges {

  private EventChanges() {}

  /// The changes between two states of a device.
  static List<Change> between(
      DeviceKey device, Reported reported, OpenAlerts open, DeviceState after) {
    Instant at = after.reported().updatedAt().orElse(Instant.EPOCH);
    List<Change> changes = new ArrayList<>();
    ObjectNode before = reported.document();
    ObjectNode now = after.reported().document();
    if (!before.equals(now)) {
      ObjectNode data = DocumentChange.data(before, now);
      changes.add(Change.of(device, ChangeKind.DEVICE_REPORTED, at, data));
    }
    new TreeMap<>(open.byCode())
        .forEach(
            (code, alert) -> {
              if (!after.alerts().byCode().containsKey(code)) {
                changes.add(Change.of(device, ChangeKind.ALERT_CLEARED, at, data(alert)));
              }
            });
    new TreeMap<>(after.alerts().byCode())
        .forEach(
            (code, alert) -> {
              if (!alert.equals(open.byCode().get(code))) {
                changes.add(Change.of(device, ChangeKind.ALERT_RAISED, at, data(alert)));
              }
            });
    return changes;
  }

  private static ObjectNode data(Alert alert) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("code", alert.code());
    data.put("severity", alert.severity().word());
    data.put("text", alert.text());
    alert.suggestion().ifPresent(suggestion -> data.put("suggestion", suggestion));
    data.put("raisedAt", alert.raisedAt().toString());
    return data;
  }
}
