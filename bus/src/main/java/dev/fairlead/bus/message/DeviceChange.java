package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What `fairlead.devices` says about a device: that it is there, or no more.
public sealed interface DeviceChange extends DevicesMessage {

  /// Which device it is.
  DeviceKey device();

  /// The device exists; the newest such record tells how it is described.
  ///
  /// @param name for people; empty when none was given
  /// @param type a word for its kind; empty when none was given
  /// @param tags free words
  /// @param location where it stands; empty when nobody said so
  /// @param parent the device that speaks for it; empty for one that speaks for itself
  /// @param groups the static groups that it is in
  record Present(
      DeviceKey device,
      Optional<String> name,
      Optional<String> type,
      Map<String, String> tags,
      Optional<Location> location,
      Optional<DeviceId> parent,
      Set<String> groups,
      long timeMillis)
      implements DeviceChange {

    /// Copies tags and groups.
    public Present {
      tags = Map.copyOf(tags);
      groups = Set.copyOf(groups);
    }
  }

  /// The device was deleted.
  record Deleted(DeviceKey device, long timeMillis) implements DeviceChange {}

  @Override
  default BusRecord toRecord() {
    return switch (this) {
      case Present present ->
          record(
              "present",
              MessageJson.write(
                  new DeviceDocument(
                      present.name().orElse(""),
                      present.type().orElse(""),
                      present.tags(),
                      present.location().orElse(null),
                      present.parent().map(DeviceId::value).orElse(null),
                      new TreeSet<>(present.groups()))));
      case Deleted _ -> record("deleted", null);
    };
  }

  /// Reads a record of `fairlead.devices` that is about a device.
  ///
  /// @throws MalformedRecordException when it is none of these
  static DeviceChange decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static DeviceChange decodeChecked(ReceivedRecord record) {
    DeviceKey device = DeviceKey.parse(record.key());
    if (record.value() == null) {
      return new Deleted(device, record.timeMillis());
    }
    DeviceDocument document = MessageJson.read(record, DeviceDocument.class);
    return new Present(
        device,
        Optional.of(document.name()).filter(text -> !text.isEmpty()),
        Optional.of(document.type()).filter(text -> !text.isEmpty()),
        document.tags(),
        Optional.ofNullable(document.location()),
        Optional.ofNullable(document.parent()).map(DeviceId::new),
        document.groups() == null ? Set.of() : document.groups(),
        record.timeMillis());
  }

  private BusRecord record(String type, byte @Nullable [] value) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.TYPE, type);
    headers.put(Headers.TIME, Long.toString(timeMillis()));
    return BusRecord.keyed(Topic.DEVICES, device().toString(), headers, value);
  }

  /// [Present] as JSON.
  ///
  /// @param location null when nobody said so; absent in records from before there were locations
  /// @param parent null for a device that speaks for itself
  /// @param groups absent in records from before there were groups
  record DeviceDocument(
      String name,
      String type,
      Map<String, String> tags,
      @Nullable Location location,
      @Nullable String parent,
      @Nullable Set<String> groups) {}
}
