package dev.fairlead.gateway.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.GatewayMessage;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private static final long NOW = 10_000_000;

  private final AtomicInteger lost = new AtomicInteger();
  private final Neighbours neighbours =
      new Neighbours("gw-self", lost::incrementAndGet, () -> Instant.ofEpochMilli(NOW));

  // A tombstone's value is null, which NullAway does not see of an array from another module.
  @SuppressWarnings("NullAway")
  private void say(GatewayMessage message, long timeMillis) {
    BusRecord record = message.toRecord();
    neighbours.accept(
        new ReceivedRecord(
            Topic.GATEWAYS, 0, 0, timeMillis, record.key(), record.headers(), record.value()));
  }

  private void beat(int partition, String name, long timeMillis) {
    say(new GatewayMessage.GatewayBeat(new InboxAddress(partition, name), 0, false), timeMillis);
  }

  @Test
  void choosesThePartitionWithTheFewestReaders() {
    // Given
    beat(0, "a", NOW);
    beat(1, "b", NOW);
    beat(1, "b", NOW);
    beat(2, "c", NOW);
    beat(2, "d", NOW);
    beat(0, "e", NOW);

    // When
    int chosen = neighbours.leastUsed(Set.of(0, 1, 2));

    // Then
    assertThat(chosen).isEqualTo(1);
  }

  @Test
  void countsNeitherTheStoppedNorTheLostNorTheSilent() {
    // Given
    beat(0, "living", NOW - 60_000);
    beat(1, "stopped", NOW);
    say(new GatewayMessage.GatewayStopped("stopped"), NOW);
    beat(2, "lost", NOW);
    say(new GatewayMessage.GatewayLost("lost"), NOW);
    beat(3, "silent", NOW - 60_001);
    beat(1, "a", NOW);
    beat(2, "b", NOW);

    // When
    int chosen = neighbours.leastUsed(Set.of(0, 1, 2, 3));

    // Then
    assertThat(chosen).isEqualTo(3);
  }

  @Test
  void hearsOfItsOwnLossAlone() {
    // Given
    say(new GatewayMessage.GatewayLost("gw-other"), NOW);

    // When
    say(new GatewayMessage.GatewayLost("gw-self"), NOW);

    // Then
    assertThat(lost).hasValue(1);
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    // Given
    beat(0, "a", NOW);

    // When
    ThrowingCallable accepting =
        () ->
            neighbours.accept(
                new ReceivedRecord(Topic.GATEWAYS, 0, 0, NOW, "x", Map.of(), new byte[] {1}));

    // Then
    assertThatThrownBy(accepting).isInstanceOf(MalformedRecordException.class);
    assertThat(neighbours.leastUsed(Set.of(0, 1))).isEqualTo(1);
  }
}
