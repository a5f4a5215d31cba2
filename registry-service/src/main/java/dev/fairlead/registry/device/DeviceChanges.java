package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// What the feed is told of devices that come, change and go.
final class DeviceChanges {

  private DeviceChanges() {}

  static List<Change> created(DeviceKey device, DeviceDescription description, Instant now) {
    return List.of(Change.of(device, ChangeKind.DEVICE_CREATED, now, data(description)));
  }

  static List<Change> updated(DeviceKey device, DeviceDescription description, Instant now) {
    return List.of(Change.of(device, ChangeKind.DEVICE_UPDATED, now, data(description)));
  }

  /// @param groups the static groups that it was in
  static List<Change> deleted(DeviceKey device, Collection<String> groups, Instant now) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    groups.forEach(data.putArray("groups")::add);
    return List.of(Change.of(device, ChangeKind.DEVICE_DELETED, now, data));
  }

  private static ObjectNode data(DeviceDescription description) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("name", description.name().orElse(null));
    data.put("type", description.type().orElse(null));
    ObjectNode tags = data.putObject("tags");
    new TreeMap<>(description.tags()).forEach(tags::put);
    data.putNull("location");
    description
        .location()
        .ifPresent(
            place ->
                data.putObject("location")
                    .put("latitude", place.latitude())
                    .put("longitude", place.longitude()));
    return data;
  }
}
