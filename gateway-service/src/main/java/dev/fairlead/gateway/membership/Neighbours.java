package dev.fairlead.gateway.membership;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.message.GatewayMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// Follows what `fairlead.gateways` says of the gateways: who reads which part of the inbox, and
/// whether this one was declared lost. Confined to one context.
public final class Neighbours {

  /// How old a beat may be for its gateway to count as living.
  public static final Duration BEAT_AGE_MAX = Duration.ofMinutes(1);

  private record Beat(int partition, long timeMillis) {}

  private final String self;
  private final Runnable lostListener;
  private final InstantSource clock;
  private final Map<String, Beat> beats = new HashMap<>();

  /// @param self this gateway's name
  /// @param lostListener told when this gateway was declared lost
  public Neighbours(String self, Runnable lostListener, InstantSource clock) {
    this.self = self;
    this.lostListener = lostListener;
    this.clock = clock;
  }

  /// Takes a record of the topic in.
  ///
  /// @throws dev.fairlead.bus.MalformedRecordException when it cannot be understood
  public void accept(ReceivedRecord record) {
    accept(GatewayMessage.decode(record), record.timestampMillis());
  }

  private void accept(GatewayMessage message, long timeMillis) {
    switch (message) {
      case GatewayMessage.GatewayBeat beat ->
          beats.put(beat.address().gateway(), new Beat(beat.address().partition(), timeMillis));
      case GatewayMessage.GatewayStopped stopped -> beats.remove(stopped.gateway());
      case GatewayMessage.GatewayLost lost -> {
        beats.remove(lost.gateway());
        if (lost.gateway().equals(self)) {
          lostListener.run();
        }
      }
      case GatewayMessage.RegistryBeat _,
          GatewayMessage.TenantUse _,
          GatewayMessage.UseEnded _,
          GatewayMessage.TenantShares _ -> {
        // The registries' clock, and what is not about gateways; of no meaning here.
      }
    }
    beats.values().removeIf(this::isOld);
  }

  /// The partition of the inbox that the fewest living gateways read; one of them at random.
  ///
  /// @param partitions that there are, at least one
  public int leastUsed(Set<Integer> partitions) {
    Map<Integer, Integer> readers = new HashMap<>();
    partitions.forEach(partition -> readers.put(partition, 0));
    for (Beat beat : beats.values()) {
      if (!isOld(beat)) {
        readers.computeIfPresent(beat.partition(), (same, count) -> count + 1);
      }
    }
    int fewest = Collections.min(readers.values());
    List<Integer> candidates = new ArrayList<>();
    readers.forEach(
        (partition, count) -> {
          if (count == fewest) {
            candidates.add(partition);
          }
        });
    return candidates.get(ThreadLocalRandom.current().nextInt(candidates.size()));
  }

  private boolean isOld(Beat beat) {
    return beat.timeMillis() < clock.millis() - BEAT_AGE_MAX.toMillis();
  }
}
