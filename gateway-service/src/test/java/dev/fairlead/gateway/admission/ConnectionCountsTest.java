package dev.fairlead.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.admission.ConnectionCounts.Answer;
import org.junit.jupiter.api.Test;

class ConnectionCountsTest {

  private final ConnectionCounts counts =
      new ConnectionCounts(new ConnectionCounts.Limits(5, 3, 2));

  @Test
  void boundsEachAddressAndLoopbackByABoundOfItsOwn() {
    // Given
    for (int i = 0; i < 2; i++) {
      counts.take("192.0.2.1");
    }
    for (int i = 0; i < 2; i++) {
      counts.take("0:0:0:0:0:0:0:1");
    }

    // When
    Answer beyond = counts.take("192.0.2.1");
    Answer loopback = counts.take("0:0:0:0:0:0:0:1");

    // Then
    assertThat(beyond).isInstanceOf(Answer.AddressFull.class);
    assertThat(loopback).isInstanceOf(Answer.Taken.class);
    assertThat(counts.size()).isEqualTo(5);
  }

  @Test
  void boundsThemAllTogether() {
    // Given
    for (int i = 0; i < 5; i++) {
      counts.take("192.0.2." + i);
    }

    // When
    Answer beyond = counts.take("192.0.2.9");

    // Then
    assertThat(beyond).isInstanceOf(Answer.GatewayFull.class);
    assertThat(counts.size()).isEqualTo(5);
  }

  @Test
  void keepsAnAddressOnceForAllThatComeFromIt() {
    // Given
    Answer.Taken first = (Answer.Taken) counts.take("192.0.2.1");
    Answer.Taken second = (Answer.Taken) counts.take(another("192.0.2.1"));

    // When
    String kept = second.place().shared(another("192.0.2.1"));

    // Then
    assertThat(kept).isSameAs(first.place().shared("192.0.2.1"));
  }

  @Test
  void takesNoNetworkForAnAddress() {
    // Given
    Answer.Taken taken = (Answer.Taken) counts.take("2001:db8:0:0:0:0:0:7");

    // Then
    assertThat(taken.place().shared("2001:db8:0:0:0:0:0:7")).isEqualTo("2001:db8:0:0:0:0:0:7");
  }

  private static String another(String address) {
    return String.copyValueOf(address.toCharArray());
  }

  @Test
  void countsNobodyWhoWasRefused() {
    // Given
    Answer.Taken first = (Answer.Taken) counts.take("192.0.2.1");
    Answer.Taken second = (Answer.Taken) counts.take("192.0.2.1");
    counts.take("192.0.2.1");

    // When
    first.place().release();
    second.place().release();

    // Then
    assertThat(counts.size()).isZero();
    assertThat(counts.take("192.0.2.1")).isInstanceOf(Answer.Taken.class);
    assertThat(counts.take("192.0.2.1")).isInstanceOf(Answer.Taken.class);
  }

  @Test
  void givesPlaceBackOnce() {
    // Given
    Answer.Taken first = (Answer.Taken) counts.take("192.0.2.1");
    counts.take("192.0.2.1");

    // When
    first.place().release();
    first.place().release();

    // Then
    assertThat(counts.size()).isEqualTo(1);
    assertThat(counts.take("192.0.2.1")).isInstanceOf(Answer.Taken.class);
    assertThat(counts.take("192.0.2.1")).isInstanceOf(Answer.AddressFull.class);
  }

  @Test
  void countsAnIpv6NetworkAsOneAddress() {
    // Given
    Answer.Taken first = (Answer.Taken) counts.take("2001:db8:0:1:0:0:0:1");
    counts.take("2001:db8:0:1:ffff:0:0:2");

    // When
    Answer sameNetwork = counts.take("2001:db8:0:1:0:0:0:3");
    Answer another = counts.take("2001:db8:0:2:0:0:0:3");
    first.place().release();

    // Then
    assertThat(sameNetwork).isInstanceOf(Answer.AddressFull.class);
    assertThat(another).isInstanceOf(Answer.Taken.class);
    assertThat(counts.take("2001:db8:0:1:0:0:0:4")).isInstanceOf(Answer.Taken.class);
    assertThat(counts.size()).isEqualTo(3);
  }
}
