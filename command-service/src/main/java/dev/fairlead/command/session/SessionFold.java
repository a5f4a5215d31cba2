package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Closed;
import dev.fairlead.bus.message.SessionMessage.Opened;
import dev.fairlead.bus.message.SessionMessage.Resumed;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What messages about sessions make of the rows of their devices, and of those for which these
/// speak.
final class SessionFold {

  /// That of the key, in which everybody locks.
  private static final Comparator<DeviceKey> ORDER =
      Comparator.<DeviceKey, String>comparing(device -> device.tenant().value())
          .thenComparing(device -> device.device().value());

  private SessionFold() {}

  /// What the rows of devices become, in the order in which everybody locks them.
  ///
  /// @param messages of one partition, in order
  /// @param locked the rows of their devices and of those devices' children
  /// @return the rows to write
  static SortedMap<DeviceKey, DeviceQueue> of(
      List<SessionMessage> messages, Map<DeviceKey, DeviceQueue> locked) {
    SortedMap<DeviceKey, Folded> rows = new TreeMap<>(ORDER);
    for (SessionMessage message : messages) {
      DeviceKey device = message.device();
      DeviceQueue queue = locked.getOrDefault(device, DeviceQueue.UNKNOWN);
      if (queue.parent().isEmpty()) {
        rows.merge(
            device,
            new Folded(queue, locked.containsKey(device), false).with(message),
            (before, _) -> before.with(message));
      }
    }
    rows.values().removeIf(row -> !row.isKept() || !row.isChanged());
    locked.forEach(
        (device, queue) ->
            queue
                .parent()
                .flatMap(parent -> Optional.ofNullable(rows.get(parent)))
                .ifPresent(above -> rows.put(device, above.below(queue))));
    SortedMap<DeviceKey, DeviceQueue> queues = new TreeMap<>(ORDER);
    rows.forEach((device, row) -> queues.put(device, row.queue()));
    return queues;
  }

  /// A device's row on its way through a batch.
  ///
  /// @param isKept whether the row is there, or is to be made
  /// @param isChanged whether it is to be written
  private record Folded(DeviceQueue queue, boolean isKept, boolean isChanged) {

    Folded with(SessionMessage message) {
      return switch (message) {
        case Opened opened -> live(opened, opened.place(), false);
        case Resumed resumed -> live(resumed, resumed.place(), true);
        case Closed closed -> compare(closed) <= 0 ? moved(Optional.empty(), closed, isKept) : this;
      };
    }

    private Folded live(
        SessionMessage message, SessionMessage.Place place, boolean sameEpochCounts) {
      int order = compare(message);
      return order < 0 || (order == 0 && sameEpochCounts)
          ? moved(
              Optional.of(new LiveSession(message.device(), message.session(), place.address())),
              message,
              true)
          : this;
    }

    private Folded moved(Optional<LiveSession> session, SessionMessage message, boolean isKept) {
      return new Folded(
          new DeviceQueue(
              queue.parent(),
              session,
              message.epoch().generation(),
              message.epoch().offset(),
              queue.due()),
          isKept,
          true);
    }

    /// What a sub-device's row becomes.
    private Folded below(DeviceQueue child) {
      return new Folded(
          new DeviceQueue(
              child.parent(), queue.session(), queue.generation(), queue.offset(), child.due()),
          true,
          true);
    }

    /// Below 0 when the message is of a newer epoch than the row.
    private int compare(SessionMessage message) {
      int generations = Long.compare(queue.generation(), message.epoch().generation());
      return generations != 0
          ? generations
          : Long.compare(queue.offset(), message.epoch().offset());
    }
  }
}
