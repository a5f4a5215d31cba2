package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is too large in JSON is refused before memory is taken for it.
class HostileSizeTest {

  private static final int LONG = 1_000_000;

  /// A frame of such length costs twice as much where its texts are built.
  private static final long ALLOCATED_BYTES_MAX = 200_000;

  private final JsonCodec codec = new JsonCodec(ProtocolLimits.DEFAULT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'hdr':{'proto':1,'typ':'LONG'}}",
        "{'hdr':{'proto':1,'typ':'\\\\n\\\\\"LONG'}}",
        "{'hdr':{'proto':1,'props':{'a':'LONG'}}}",
        "{'hdr':{'proto':1,'props':{'a':LONG}}}",
        "{'hdr':{'proto':1,'props':{'LONG':1}}}",
        "{'hdr':{'proto':1,'unknown':['LONG']}}",
        "{'hdr':{'LONG':1}}",
        "{'LONG':1,'hdr':{'proto':1}}",
        "{'hdr':{'proto':1},'body':{'LONG':1}}",
        "{'hdr':{'proto':1},'unknown':{'LONG':1}}"
      })
  void refusesBeforeItBuilds(String frame) {
    // Given
    byte[] bytes = bytes(frame, LONG);
    isTooLarge(bytes);

    // When
    long before = allocatedBytes();
    boolean tooLarge = isTooLarge(bytes);
    long allocated = allocatedBytes() - before;

    // Then
    assertThat(tooLarge).isTrue();
    assertThat(allocated).isLessThan(ALLOCATED_BYTES_MAX);
  }

  @Test
  void buildsNothingOfLongTextInBody() {
    // Given
    byte[] bytes = bytes("{'hdr':{'proto':1},'body':['LONG'],'unknown':'LONG'}", LONG / 2);
    codec.decode(bytes);

    // When
    long before = allocatedBytes();
    Message message = codec.decode(bytes);
    long allocated = allocatedBytes() - before;

    // Then
    assertThat(message.body().length()).isEqualTo(LONG / 2 + 4);
    assertThat(allocated).isLessThan(ALLOCATED_BYTES_MAX);
  }

  @Test
  void takesNamesInBodyUpToTheirLimit() {
    // Given
    String frame = "{'hdr':{'proto':1},'body':{'LONG':1}}";

    // When
    Message within = codec.decode(bytes(frame, ProtocolLimits.BODY_KEY_BYTES_MAX));
    boolean beyond = isTooLarge(bytes(frame, ProtocolLimits.BODY_KEY_BYTES_MAX + 1));

    // Then
    assertThat(within.body().length()).isEqualTo(ProtocolLimits.BODY_KEY_BYTES_MAX + 6);
    assertThat(beyond).isTrue();
  }

  private boolean isTooLarge(byte[] frame) {
    ProtocolException refusal =
        catchThrowableOfType(ProtocolException.class, () -> codec.decode(frame));
    return refusal != null && refusal.reason() == ProtocolException.Reason.TOO_LARGE;
  }

  private static byte[] bytes(String frame, int length) {
    return frame
        .replace('\'', '"')
        .replace("LONG", "7".repeat(length))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
