package dev.fairlead.registry.presence;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.subdevice.PgSubDevices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What presence tells the feed: who came and who went between two states, and who comes and goes
/// too often.
final class PresenceChanges {

  private PresenceChanges() {}

  /// The changes between two states.
  ///
  /// @param before the devices of `after`, and maybe more
  static List<Change> between(Map<DeviceKey, Presence> before, Map<DeviceKey, Presence> after) {
    List<Change> changes = new ArrayList<>();
    after.keySet().stream()
        .sorted(PgColumns.LOCK_ORDER)
        .forEach(
            device -> {
              Presence was = Objects.requireNonNull(before.get(device));
              Presence is = Objects.requireNonNull(after.get(device));
              if (is.online() != was.online()) {
                changes.add(cameOrWent(device, is));
              }
              is.flapping()
                  .filter(now -> !isGoingOn(was, now))
                  .ifPresent(now -> changes.add(flapping(device, now)));
            });
    return changes;
  }

  /// The sub-devices that came and went.
  static List<Change> of(List<PgSubDevices.Followed> followed) {
    return followed.stream()
        .filter(each -> each.online() != each.wasOnline())
        .map(PresenceChanges::cameOrWent)
        .toList();
  }

  private static Change cameOrWent(PgSubDevices.Followed followed) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("parent", followed.parent().device().value());
    followed.reason().ifPresent(reason -> data.put("reason", reason));
    return Change.of(
        followed.device(),
        followed.online() ? ChangeKind.DEVICE_ONLINE : ChangeKind.DEVICE_OFFLINE,
        followed.since(),
        data);
  }

  private static boolean isGoingOn(Presence was, Flapping now) {
    return was.flapping().filter(known -> known.since().equals(now.since())).isPresent();
  }

  private static Change flapping(DeviceKey device, Flapping flapping) {
    return Change.of(device, ChangeKind.DEVICE_FLAPPING, flapping.since(), data(flapping));
  }

  /// That a device flaps no more.
  static Change steady(DeviceKey device, Flapping flapped) {
    return Change.of(device, ChangeKind.DEVICE_STEADY, flapped.until(), data(flapped));
  }

  private static ObjectNode data(Flapping flapping) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("since", flapping.since().toString());
    data.put("until", flapping.until().toString());
    return data;
  }

  private static Change cameOrWent(DeviceKey device, Presence presence) {
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
