package dev.fairlead.gateway.uplink;

import dev.fairlead.gateway.session.DeviceSession;
import java.util.ArrayList;
import java.util.List;

/// The events of one session that the bus has and the device does not know of yet. What becomes
/// ready in the same turn of the event loop is told in one message. Confined to the session's
/// context.
final class Acknowledgements {

  /// Bounds of one message: the header of a message is bounded, and the ids are in it.
  private static final int IDS_MAX = 256;

  private static final int ID_LENGTHS_MAX = 2_000;

  private final DeviceSession session;
  private List<String> ready = new ArrayList<>(1);

  Acknowledgements(DeviceSession session) {
    this.session = session;
  }

  void add(String id) {
    ready.add(id);
    if (ready.size() == 1) {
      session.execute(this::flush);
    }
  }

  private void flush() {
    List<String> ids = ready;
    ready = new ArrayList<>(1);
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
