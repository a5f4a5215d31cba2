package dev.fairlead.registry.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What alerts tell the feed: which were raised, are worded in another way, or are over. One that
/// is raised again just as it was is nothing new.
final class AlertNews {

  private AlertNews() {}

  /// An alert that is open, or open with another severity or text.
  static Change raised(DeviceKey device, String source, Alert alert) {
    return Change.of(
        device, ChangeKind.ALERT_RAISED, alert.lastRaisedAt(), describe(source, alert));
  }

  /// An alert that is over.
  ///
  /// @param reason a word for why
  static Change cleared(DeviceKey device, String source, Alert alert, Instant at, String reason) {
    return Change.of(
        device, ChangeKind.ALERT_CLEARED, at, describe(source, alert).put("reason", reason));
  }

  /// What happened between two states of the alerts that a device raised itself.
  static List<Change> between(DeviceKey device, OpenAlerts before, OpenAlerts after) {
    List<Change> news = new ArrayList<>();
    after
        .ended()
        .forEach(
            ended -> {
              Alert alert = ended.alert();
              if (isNew(before, alert)) {
                news.add(raised(device, Alert.DEVICE, alert));
              }
              news.add(cleared(device, Alert.DEVICE, alert, ended.at(), Alert.CLEARED));
            });
    new TreeMap<>(after.byCode())
        .values().stream()
            .filter(alert -> isNew(before, alert))
            .map(alert -> raised(device, Alert.DEVICE, alert))
            .forEach(news::add);
    return news;
  }

  private static boolean isNew(OpenAlerts before, Alert alert) {
    @Nullable Alert known = before.byCode().get(alert.code());
    return known == null || !describe(Alert.DEVICE, known).equals(describe(Alert.DEVICE, alert));
  }

  private static ObjectNode describe(String source, Alert alert) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("id", alert.id());
    data.put("source", source);
    data.put("code", alert.code());
    data.put("severity", alert.severity().word());
    data.put("text", alert.text());
    alert.suggestion().ifPresent(suggestion -> data.put("suggestion", suggestion));
    data.put("raisedAt", alert.raisedAt().toString());
    return data;
  }
}
