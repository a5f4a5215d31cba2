package dev.fairlead.registry.gatewaywatch;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Decides that a gateway is lost, from the order of beats in the log and from nothing else.
///
/// This process beats too. A gateway is lost when a number of this process's own beats, sent and
/// read back without a gap, lie after its last one. A beat of ours is sent only when the one before
/// was read back, so that at most one of them can pile up in a broker or a socket that stands
/// still. Whenever something on our side took too long or failed, all counts begin anew: time in
/// which we could not read, write or commit does not count.
///
/// Pure state: the caller tells what happened and when. Times are used only to see that we
/// ourselves were slow; they must come from one monotonous source.
final class GatewayWatch {

  private final int beatsUntilLost;
  private final Duration patience;

  /// For each gateway, how many of our beats lie after its last one.
  private final Map<String, Integer> missed = new HashMap<>();

  private OptionalLong inFlight = OptionalLong.empty();
  private boolean accepted;
  private Instant begunAt;
  private Instant lookedAt;
  private long lastSequence;

  /// The beat under way has seen a gap and will not count.
  private boolean tainted;

  /// @param beatsUntilLost how many beats of ours a gateway may miss; at least 2
  /// @param patience how long a beat of ours may take from its beginning until it is read back, and
  ///     how far two looks at the clock may lie apart, before that counts as a gap
  GatewayWatch(int beatsUntilLost, Duration patience, Instant now) {
    if (beatsUntilLost < 2) {
      throw new IllegalArgumentException("one missed beat says nothing");
    }
    this.beatsUntilLost = beatsUntilLost;
    this.patience = patience;
    this.begunAt = now;
    this.lookedAt = now;
  }

  /// Time goes on. To be called at least once in each interval between beats.
  ///
  /// @return whether a beat may begin
  boolean tick(Instant now) {
    if (isLong(lookedAt, now) || (inFlight.isPresent() && isLong(begunAt, now))) {
      gap();
    }
    lookedAt = now;
    if (inFlight.isPresent() && accepted && isLong(begunAt, now)) {
      // The bus took it and it was not read: the log was cut or made anew. Waiting on is in vain.
      inFlight = OptionalLong.empty();
    }
    return inFlight.isEmpty();
  }

  /// A beat begins: first a commit, then the record.
  ///
  /// @return its sequence number
  long begin(Instant now) {
    if (inFlight.isPresent()) {
      throw new IllegalStateException("one beat at a time");
    }
    lastSequence++;
    inFlight = OptionalLong.of(lastSequence);
    accepted = false;
    tainted = false;
    begunAt = now;
    return lastSequence;
  }

  /// The bus has acknowledged a beat of ours, which may have been read back before.
  void accepted(long sequence) {
    if (inFlight.isPresent() && inFlight.getAsLong() == sequence) {
      accepted = true;
    }
  }

  /// A beat of ours came to nothing: PostgreSQL did not commit or the bus refused it.
  void failed(long sequence) {
    gap();
    if (inFlight.isPresent() && inFlight.getAsLong() == sequence) {
      inFlight = OptionalLong.empty();
    }
  }

  /// A beat of ours was read back.
  ///
  /// @return the gateways that are lost by it, which are no longer watched
  Set<String> readBack(long sequence, Instant now) {
    if (inFlight.isEmpty() || inFlight.getAsLong() != sequence) {
      return Set.of(); // one that was given up
    }
    inFlight = OptionalLong.empty();
    if (tainted || isLong(begunAt, now) || isLong(lookedAt, now)) {
      gap();
      return Set.of();
    }
    missed.replaceAll((gateway, count) -> count + 1);
    Set<String> lost = new HashSet<>();
    missed.forEach(
        (gateway, count) -> {
          if (count >= beatsUntilLost) {
            lost.add(gateway);
          }
        });
    missed.keySet().removeAll(lost);
    return Set.copyOf(lost);
  }

  /// A gateway's beat was read.
  void heard(String gateway) {
    missed.put(gateway, 0);
  }

  /// A gateway stopped in order, or was declared lost by another registry. Should sessions of it be
  /// left, [#watch] brings it back.
  void gone(String gateway) {
    missed.remove(gateway);
  }

  /// These gateways have sessions, and so must be watched, whether they were heard or not.
  void watch(Set<String> gateways) {
    gateways.forEach(gateway -> missed.putIfAbsent(gateway, 0));
  }

  /// Something on our side failed: what was counted so far does not count.
  void gap() {
    tainted = true;
    missed.replaceAll((gateway, count) -> 0);
  }

  /// How many gateways are watched.
  int watched() {
    return missed.size();
  }

  private boolean isLong(Instant from, Instant to) {
    return Duration.between(from, to).compareTo(patience) > 0;
  }
}
