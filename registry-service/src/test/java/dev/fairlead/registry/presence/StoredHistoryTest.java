package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.Epoch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoredHistoryTest {

  private static final PastSession ENDED =
      new PastSession(
          "s1",
          new Epoch(1, 42),
          "gateway-1",
          "fairlead.v1.json",
          "192.0.2.7",
          Instant.ofEpochMilli(1_000),
          Optional.of(Instant.ofEpochMilli(2_500)),
          Optional.of("timed-out"));
  private static final PastSession LIVING =
      new PastSession(
          "s2",
          new Epoch(2, 7),
          "gateway-2",
          "fairlead.v1.json",
          "192.0.2.7",
          Instant.ofEpochMilli(3_000),
          Optional.empty(),
          Optional.empty());

  @Test
  void keepsSessionsAsShortAsCanBe() {
    assertThat(StoredHistory.write(new SessionHistory(List.of(ENDED, LIVING))))
        .isEqualTo(
            "[[\"s1\",\"1.42\",\"gateway-1\",\"fairlead.v1.json\",\"192.0.2.7\",1000,2500,"
                + "\"timed-out\"],"
                + "[\"s2\",\"2.7\",\"gateway-2\",\"fairlead.v1.json\",\"192.0.2.7\",3000,null,null]]");
  }

  @Test
  void readsWhatItWrote() {
    // Given
    SessionHistory history = new SessionHistory(List.of(ENDED, LIVING));

    // Then
    assertThat(StoredHistory.read(StoredHistory.write(history))).isEqualTo(history);
    assertThat(StoredHistory.read("[]")).isEqualTo(SessionHistory.NONE);
  }
}
