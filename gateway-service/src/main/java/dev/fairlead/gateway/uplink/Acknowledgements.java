package dev.fairlead.gateway.uplink;

import dev.fairlead.gateway.session.DeviceSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The events of one session that the bus has and the device does not know of yet. What becomes
/// ready in the same turn of the event loop is told in one message. Confined to the session's
/// context.
final class Acknowledgements {

  /// Bounds of one message: the header of a message is bounded, and the ids are in it.
  private static final int IDS_MAX = 256;

  private static final int ID_LENGTHS_MAX = 2_000;

  private final DeviceSession session;

  /// None is no list: most devices wait for nothing most of the time.
  private @Nullable List<String> ready;

  Acknowledgements(DeviceSession session) {
    this.session = session;
  }

  void add(String id) {
    List<String> ids = ready;
    if (ids == null) {
      ids = new ArrayList<>(1);
      ready = ids;
      session.execute(this::flush);
    }
    ids.add(id);
  }

  private void flush() {
    List<String> ids = Objects.requireNonNullElse(ready, List.of());
    ready = null;
    int first = 0;
    int lengths = 0;
    for (int i = 0; i < ids.size(); i++) {
      int length = ids.get(i).length();
      if (i > first && (i - first == IDS_MAX || lengths + length > ID_LENGTHS_MAX)) {
        send(ids.subList(first, i));
        first = i;
        lengths = 0;
      }
      lengths += length;
    }
    if (first < ids.size()) {
      send(ids.subList(first, ids.size()));
    }
  }

  private void send(List<String> ids) {
    session.send(session.wire().acknowledged(ids));
  }
}
