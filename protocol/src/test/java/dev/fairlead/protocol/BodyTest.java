package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BodyTest {

  @Test
  void isEqualByContentWhereverItLies() {
    // Given
    Body whole = Body.utf8("abc");

    // When
    Body part = Body.slice(new byte[] {'x', 'a', 'b', 'c', 'y'}, 1, 3);

    // Then
    assertThat(part).isEqualTo(whole).hasSameHashCodeAs(whole).isNotEqualTo(Body.utf8("abd"));
  }

  @Test
  void showsItsPartAlone() {
    // When
    Body part = Body.slice(new byte[] {'x', 'a', 'b', 'y'}, 1, 2);

    // Then
    assertThat(part.length()).isEqualTo(2);
    assertThat(part.toByteArray()).containsExactly('a', 'b');
    assertThat(part.toUtf8()).isEqualTo("ab");
    assertThat(part.asReadOnlyBuffer()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', 'b'}));
    assertThat(part.asReadOnlyBuffer().isReadOnly()).isTrue();
  }

  @Test
  void handsOutCopies() {
    // Given
    Body body = Body.utf8("abc");

    // When
    body.toByteArray()[0] = 'z';

    // Then
    assertThat(body.toUtf8()).isEqualTo("abc");
  }

  @Test
  void refusesPartsBeyondTheArray() {
    // Given
    byte[] array = new byte[2];

    // Then
    assertThatThrownBy(() -> Body.slice(array, 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void neverShowsItsContentInALog() {
    // When
    String text = Body.utf8("secret").toString();

    // Then
    assertThat(text).isEqualTo("Body[6 bytes]");
  }
}
