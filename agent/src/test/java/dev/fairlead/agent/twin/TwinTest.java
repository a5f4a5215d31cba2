package dev.fairlead.agent.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.agent.outbox.Outbox;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwinTest {

  @TempDir Path directory;
  private final List<Message> sent = new ArrayList<>();
  private final List<Duration> intervals = new ArrayList<>();
  private StateDirectory state;
  private boolean broken;

  @BeforeEach
  void open() throws IOException {
    state = StateDirectory.open(directory);
  }

  @AfterEach
  void close() throws IOException {
    state.close();
  }

  private Twin twin() {
    Transmitter transmitter =
        message -> {
          sent.add(message);
          return Transmitter.Transmission.SENT;
        };
    Outbox outbox = new Outbox(transmitter, InstantSource.system());
    outbox.connected();
    return new Twin(transmitter, outbox, state, new IntervalHandler(this::set));
  }

  private void set(Duration interval) throws IOException {
    if (broken) {
      throw new IOException("disk full");
    }
    intervals.add(interval);
  }

  private static Message whole(long version, String document) {
    return new Desired(version, OptionalLong.empty(), Body.utf8(document)).toMessage();
  }

  private static Message patch(long version, long base, String document) {
    return new Desired(version, OptionalLong.of(base), Body.utf8(document)).toMessage();
  }

  private List<Message> answers() {
    return sent.stream()
        .filter(message -> message.header().proto() == NativeProtocol.PROTO_TWIN)
        .toList();
  }

  private List<String> reports() {
    return sent.stream()
        .filter(message -> message.header().type().equals(NativeProtocol.TYPE_STATUS))
        .map(message -> message.body().toUtf8())
        .toList();
  }

  @Test
  void takesTheWholeAndThenPatchesAndReportsThemBack() {
    // Given
    Twin twin = twin();

    // When
    twin.received(whole(3, "{\"intervalSeconds\":30,\"site\":\"north\"}"));
    twin.received(patch(4, 3, "{\"intervalSeconds\":null,\"site\":\"south\"}"));

    // Then
    assertThat(answers()).containsExactly(Messages.desiredAccepted(3), Messages.desiredAccepted(4));
    assertThat(intervals).containsExactly(Duration.ofSeconds(30));
    assertThat(reports())
        .containsExactly(
            "{\"config\":{\"intervalSeconds\":30,\"site\":\"north\"}}",
            "{\"config\":{\"intervalSeconds\":null,\"site\":\"south\"}}");
    assertThat(directory.resolve("desired.json"))
        .hasContent("{\"version\":4,\"document\":{\"site\":\"south\"}}");
  }

  @Test
  void answersTwiceAndActsOnceWhereTheSameComesTwiceOrAnOlderOneLate() {
    // Given
    Twin twin = twin();
    twin.received(whole(1, "{\"intervalSeconds\":30}"));
    twin.received(patch(2, 1, "{\"intervalSeconds\":40}"));

    // When
    twin.received(patch(2, 1, "{\"intervalSeconds\":40}"));
    twin.received(whole(1, "{\"intervalSeconds\":30}"));

    // Then
    assertThat(answers().subList(2, 4)).containsOnly(Messages.desiredAccepted(2));
    assertThat(intervals).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(40));
  }

  @Test
  void asksForTheWholeWhereItDoesNotHaveTheBase() {
    // Given
    Twin twin = twin();
    twin.received(whole(1, "{\"a\":1}"));

    // When
    twin.received(patch(3, 2, "{\"b\":1}"));
    twin.received(whole(3, "{\"b\":1}"));

    // Then
    assertThat(answers())
        .containsExactly(
            Messages.desiredAccepted(1),
            Messages.desiredUnknownBase(1),
            Messages.desiredAccepted(3));
    assertThat(directory.resolve("desired.json"))
        .hasContent("{\"version\":3,\"document\":{\"b\":1}}");
  }

  @Test
  void rejectsWhatItCannotBeAndStaysAsItIs() {
    // Given
    Twin twin = twin();
    twin.received(whole(1, "{\"intervalSeconds\":30}"));

    // When
    twin.received(patch(2, 1, "{\"intervalSeconds\":0,\"a\":1}"));
    twin.received(whole(3, "[]"));
    twin.received(patch(4, 1, "{\"a\":2}"));

    // Then
    assertThat(answers().subList(1, 4))
        .containsExactly(
            Messages.desiredRejected(2, "intervalSeconds must be 1 to 86400"),
            Messages.desiredRejected(3, "the body cannot be read"),
            Messages.desiredAccepted(4));
    assertThat(directory.resolve("desired.json"))
        .hasContent("{\"version\":4,\"document\":{\"intervalSeconds\":30,\"a\":2}}");
  }

  @Test
  void answersNothingWhereItCannotActAtTheMoment() {
    // Given
    Twin twin = twin();
    broken = true;

    // When
    twin.received(whole(1, "{\"intervalSeconds\":30}"));
    broken = false;
    twin.received(whole(1, "{\"intervalSeconds\":30}"));

    // Then
    assertThat(answers()).containsExactly(Messages.desiredAccepted(1));
  }

  @Test
  void goesOnAfterARestartWhereItWas() {
    // Given
    twin().received(whole(5, "{\"a\":1}"));
    sent.clear();

    // When
    Twin next = twin();
    next.start();
    next.connected();
    next.received(patch(6, 5, "{\"b\":2}"));

    // Then
    assertThat(answers()).containsExactly(Messages.desiredAccepted(6));
    assertThat(reports()).containsExactly("{\"config\":{\"a\":1}}", "{\"config\":{\"b\":2}}");
  }

  @Test
  void asksForWhatItHasLost() throws IOException {
    // Given
    Path _ = Files.writeString(directory.resolve("desired.json"), "{\"version\":");
    Twin twin = twin();

    // When
    twin.connected();
    twin.received(whole(7, "{\"a\":1}"));
    twin.connected();

    // Then
    assertThat(answers())
        .containsExactly(Messages.desiredUnknownBase(0), Messages.desiredAccepted(7));
  }

  @Test
  void refusesAMessageThatIsNone() {
    // Given
    Message noVersion =
        Message.of(NativeProtocol.PROTO_TWIN, NativeProtocol.TYPE_DESIRED, Body.utf8("{}"));

    // Then
    assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> twin().received(noVersion));
    assertThat(sent).isEmpty();
  }
}
