package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.SessionMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What presence ought to be, said in another way: not a state that each record moves on, but a
/// look at all that was ever read. The newest epoch counts; it is online unless its last word is
/// its end.
final class PresenceModel {

  private final List<SessionMessage> read = new ArrayList<>();

  /// What is shown of a device.
  ///
  /// @param session the live one
  /// @param reason of the end of the newest, where none lives
  record Shown(Optional<String> session, Optional<String> reason) {}

  void read(SessionMessage message) {
    read.add(message);
  }

  Shown shown() {
    Optional<Epoch> newest =
        read.stream().map(SessionMessage::epoch).max(Comparator.naturalOrder());
    List<SessionMessage> words =
        newest.stream().flatMap(epoch -> firstWords(epoch).stream()).toList();
    if (words.isEmpty()) {
      return new Shown(Optional.empty(), Optional.empty());
    }
    if (words.getLast() instanceof SessionMessage.Closed) {
      int first = words.size() - 1;
      while (first > 0 && words.get(first - 1) instanceof SessionMessage.Closed) {
        first--;
      }
      return new Shown(
          Optional.empty(), Optional.of(((SessionMessage.Closed) words.get(first)).reason()));
    }
    return new Shown(Optional.of(words.getLast().session().value()), Optional.empty());
  }

  /// The words about an epoch; that it was opened is said once, however often it is read.
  private List<SessionMessage> firstWords(Epoch epoch) {
    Set<SessionMessage> openings = new HashSet<>();
    return read.stream()
        .filter(message -> message.epoch().equals(epoch))
        .filter(message -> !(message instanceof SessionMessage.Opened) || openings.add(message))
        .toList();
  }
}
