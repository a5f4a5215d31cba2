package dev.fairlead.command.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.TenantId;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReturnPaceTest {

  private static final TenantId TENANT = new TenantId("default");

  private long nanos;
  private final ReturnPace pace = new ReturnPace(10, () -> nanos);

  @Test
  void looksAtAFewAtOnceAndAtTheOthersOneAfterTheOther() {
    // When
    var delays = IntStream.range(0, 30).mapToObj(_ -> pace.next(TENANT)).toList();

    // Then
    assertThat(delays.subList(0, 10)).containsOnly(Duration.ZERO);
    assertThat(delays.get(10)).isEqualTo(Duration.ofMillis(100));
    assertThat(delays.get(29)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void holdsUpNoOtherTenant() {
    // Given
    IntStream.range(0, 30).forEach(_ -> pace.next(TENANT));

    // When
    Duration delay = pace.next(new TenantId("other"));

    // Then
    assertThat(delay).isZero();
  }

  @Test
  void forgetsTheCrowdOnceItIsThrough() {
    // Given
    IntStream.range(0, 30).forEach(_ -> pace.next(TENANT));
    nanos = Duration.ofSeconds(3).toNanos();

    // When
    Duration delay = pace.next(TENANT);

    // Then
    assertThat(delay).isZero();
  }
}
