package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever comes in, a codec answers with a message or a [ProtocolException]; anything else
/// fails the test by itself.
class HostileInputTest {

  private static final int RANDOM_FRAMES = 100_000;
  private static final int FLIPS_PER_FRAME = 500;

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void survivesRandomBytes(WireFormat wire) {
    // Given
    MessageCodec codec = wire.codec(ProtocolLimits.DEFAULT);
    Random random = new Random(1);
    int refused = 0;

    // When
    for (int i = 0; i < RANDOM_FRAMES; i++) {
      byte[] frame = new byte[random.nextInt(64)];
      random.nextBytes(frame);
      refused += isRefused(codec, frame) ? 1 : 0;
    }

    // Then
    assertThat(refused).isEqualTo(RANDOM_FRAMES);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void refusesEveryFrameCutShort(WireFormat wire) {
    // Given
    MessageCodec codec = wire.codec(ProtocolLimits.DEFAULT);

    for (byte[] frame : goldenFrames(wire)) {
      for (int length = 0; length < frame.length; length++) {
        // When
        boolean refused = isRefused(codec, Arrays.copyOf(frame, length));

        // Then
        assertThat(refused).as("%d of %d bytes", length, frame.length).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void survivesFlippedBits(WireFormat wire) {
    // Given
    MessageCodec codec = wire.codec(ProtocolLimits.DEFAULT);
    Random random = new Random(2);
    int refused = 0;

    // When
    for (byte[] frame : goldenFrames(wire)) {
      for (int i = 0; i < FLIPS_PER_FRAME; i++) {
        byte[] broken = frame.clone();
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
        }
        refused += isRefusedOrStable(codec, broken) ? 1 : 0;
      }
    }

    // Then
    assertThat(refused).isPositive();
  }

  @Test
  void survivesFramesSplicedFromOthers() {
    for (WireFormat wire : WireFormat.values()) {
      // Given
      MessageCodec codec = wire.codec(ProtocolLimits.DEFAULT);
      List<byte[]> frames = goldenFrames(wire);
      Random random = new Random(3);
      int refused = 0;

      // When
      for (int i = 0; i < RANDOM_FRAMES / 5; i++) {
        byte[] head = frames.get(random.nextInt(frames.size()));
        byte[] tail = frames.get(random.nextInt(frames.size()));
        int cut = random.nextInt(head.length);
        byte[] spliced = Arrays.copyOf(head, cut + tail.length);
        System.arraycopy(tail, 0, spliced, cut, tail.length);
        refused += isRefusedOrStable(codec, spliced) ? 1 : 0;
      }

      // Then
      assertThat(refused).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void refusesNestingAsDeepAsAFrameIsLong(WireFormat wire) {
    // Given
    MessageCodec codec = wire.codec(ProtocolLimits.DEFAULT);
    byte[] frame = new byte[ProtocolLimits.DEFAULT.messageBytesMax()];
    Arrays.fill(frame, wire.isBinary() ? (byte) 0x91 : (byte) '[');
    byte[] start = wire.isBinary() ? new byte[] {(byte) 0x81, (byte) 0xa1, 'x'} : ascii("{\"x\":");
    System.arraycopy(start, 0, frame, 0, start.length);

    // When
    boolean refused = isRefused(codec, frame);

    // Then
    assertThat(refused).isTrue();
  }

  @Test
  void refusesEveryLengthThatLies() {
    // Given
    MessageCodec codec = new MessagePackCodec(ProtocolLimits.DEFAULT);
    byte[] hdr = ascii("hdr");
    for (int code = 0xc0; code <= 0xdf; code++) {
      byte[] frame = new byte[16];
      Arrays.fill(frame, (byte) 0xff);
      frame[0] = (byte) 0x81;
      frame[1] = (byte) 0xa3;
      System.arraycopy(hdr, 0, frame, 2, hdr.length);
      frame[5] = (byte) code;

      // When
      boolean refused = isRefused(codec, frame);

      // Then
      assertThat(refused).as("code %x", code).isTrue();
    }
  }

  private static List<byte[]> goldenFrames(WireFormat wire) {
    return Vectors.accepted()
        .flatMap(
            vector ->
                wire.isBinary()
                    ? vector.messagePack().stream()
                    : vector.json().map(text -> text.getBytes(StandardCharsets.UTF_8)).stream())
        .toList();
  }

  private static boolean isRefused(MessageCodec codec, byte[] frame) {
    try {
      codec.decode(frame);
      return false;
    } catch (ProtocolException e) {
      return true;
    }
  }

  /// A frame that is taken must mean the same after it was written and read again.
  private static boolean isRefusedOrStable(MessageCodec codec, byte[] frame) {
    Message message;
    try {
      message = codec.decode(frame);
    } catch (ProtocolException e) {
      return true;
    }
    assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
