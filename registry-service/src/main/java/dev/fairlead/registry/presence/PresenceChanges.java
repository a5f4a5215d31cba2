package dev.fairlead.registry.presence;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.subdevice.PgSubDevices;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What presence tells the feed: who came and who went between two states.
final class PresenceChanges {

  private PresenceChanges() {}

  /// The changes between two states.
  ///
  /// @param before the devices of `after`, and maybe more
  static List<Change> between(Map<DeviceKey, Presence> before, Map<DeviceKey, Presence> after) {
    return after.entrySet().stream()
        .filter(
            entry ->
                entry.getValue().online()
                    != Objects.requireNonNull(before.get(entry.getKey())).online())
        .sorted(Map.Entry.comparingByKey(PgColumns.LOCK_ORDER))
        .map(entry -> change(entry.getKey(), entry.getValue()))
        .toList();
  }

  /// The sub-devices that came and went.
  static List<Change> of(List<PgSubDevices.Followed> followed) {
    return followed.stream()
        .filter(each -> each.online() != each.wasOnline())
        .map(PresenceChanges::change)
        .toList();
  }

  private static Change change(PgSubDevices.Followed followed) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("parent", followed.parent().device().value());
    followed.reason().ifPresent(reason -> data.put("reason", reason));
    return Change.of(
        followed.device(),
        followed.online() ? ChangeKind.DEVICE_ONLINE : ChangeKind.DEVICE_OFFLINE,
        followed.since(),
        data);
  }

  private static Change change(DeviceKey device, Presence presence) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    presence.session().ifPresent(session -> data.put("session", session.id().value()));
    if (presence.online()) {
      presence.session().map(LiveSession::place).ifPresent(place -> describe(data, place));
    } else {
      presence.reason().ifPresent(reason -> data.put("reason", reason));
    }
    return Change.of(
        device,
        presence.online() ? ChangeKind.DEVICE_ONLINE : ChangeKind.DEVICE_OFFLINE,
        presence.since().orElseThrow(),
        data);
  }

  private static void describe(ObjectNode data, Place place) {
    data.put("gateway", place.address().gateway());
    data.put("wire", place.wire());
    data.put("remoteAddress", place.remoteAddress());
  }
}
