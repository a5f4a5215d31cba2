package dev.fairlead.registry.twin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DesiredAnswer;
import dev.fairlead.runtime.http.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DesiredTest {

  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
  private static final DeviceKey DEVICE = DeviceKey.of("default", "d");
  private static final String LONG = "\"" + "x".repeat(100) + "\"";

  private static ObjectNode json(String text) {
    return Json.read(text.getBytes(UTF_8), ObjectNode.class);
  }

  private static DesiredAck ack(long version, DesiredAnswer answer) {
    return new DesiredAck(
        DEVICE,
        version,
        answer,
        answer == DesiredAnswer.REJECTED ? Optional.of("no") : Optional.empty(),
        TIME);
  }

  private static Desired sent(Desired desired) {
    return desired.afterSending(desired.mail());
  }

  /// Version 1, `{"a":"xxx…","b":1}`, which the device has.
  private static Desired taken() {
    Desired first = sent(Desired.NONE.changed(json("{\"a\":" + LONG + ",\"b\":1}"), TIME));
    return first.answered(ack(1, DesiredAnswer.ACCEPTED)).after();
  }

  @Test
  void sendsTheWholeFirstAndThenWhatHasChanged() {
    // Given
    Desired first = Desired.NONE.changed(json("{\"a\":" + LONG + ",\"b\":1}"), TIME);

    // When
    Desired.Mail whole = first.mail();
    Desired.Mail patch = taken().changed(json("{\"a\":" + LONG + "}"), TIME).mail();

    // Then
    assertThat(whole.base()).isEmpty();
    assertThat(whole.version()).isEqualTo(1);
    assertThat(patch.base()).hasValue(1);
    assertThat(patch.version()).isEqualTo(2);
    assertThat(patch.body()).asString(UTF_8).isEqualTo("{\"b\":null}");
  }

  @Test
  void sendsTheWholeWhereThePatchIsLonger() {
    // When
    Desired.Mail mail = taken().changed(json("{}"), TIME).mail();

    // Then
    assertThat(mail.base()).isEmpty();
    assertThat(mail.body()).asString(UTF_8).isEqualTo("{}");
  }

  @Test
  void sendsTheWholeWhereSomethingBeforeWasNotAnswered() {
    // Given
    Desired patched = sent(taken().changed(json("{\"a\":" + LONG + ",\"b\":2}"), TIME));

    // When
    Desired next = patched.changed(json("{\"a\":" + LONG + ",\"b\":3}"), TIME);

    // Then
    assertThat(patched.sent()).isEqualTo(Desired.Sent.PATCH);
    assertThat(patched.mail().base()).isEmpty();
    assertThat(next.mail().base()).isEmpty();
    assertThat(next.connected().mail().base()).isEmpty();
  }

  @Test
  void changesNothingWhereTheDocumentStaysTheSame() {
    // Given
    Desired before = taken();

    // Then
    assertThat(before.changed(before.document().deepCopy(), TIME.plusSeconds(1))).isEqualTo(before);
  }

  @Test
  void takesTheSameAnswerTwiceAndAnOlderOneNever() {
    // Given
    Desired second = sent(taken().changed(json("{\"b\":2}"), TIME));
    Desired answered = second.answered(ack(2, DesiredAnswer.ACCEPTED)).after();

    // Then
    assertThat(answered.isInSync()).isTrue();
    assertThat(answered.answered(ack(2, DesiredAnswer.ACCEPTED)).after()).isEqualTo(answered);
    assertThat(answered.answered(ack(1, DesiredAnswer.ACCEPTED)).after()).isEqualTo(answered);
    assertThat(answered.answered(ack(1, DesiredAnswer.REJECTED)).after()).isEqualTo(answered);
  }

  @Test
  void waitsOnWhileOnlyAnOlderVersionIsAnswered() {
    // Given
    Desired first = sent(Desired.NONE.changed(json("{\"b\":1}"), TIME));
    Desired second = sent(first.changed(json("{\"b\":2}"), TIME));

    // When
    Desired.Step step = second.answered(ack(1, DesiredAnswer.ACCEPTED));

    // Then
    assertThat(step.sendNow()).isFalse();
    assertThat(step.after().isAnswered()).isFalse();
    assertThat(step.after().answer().orElseThrow().version()).isEqualTo(1);
    assertThat(step.after().mail().base()).isEmpty();
  }

  @Test
  void sendsNoMoreWhatWasRejectedAndKnowsWhatTheDeviceHas() {
    // Given
    Desired second = sent(taken().changed(json("{\"a\":" + LONG + ",\"b\":2}"), TIME));

    // When
    Desired rejected = second.answered(ack(2, DesiredAnswer.REJECTED)).after();

    // Then
    assertThat(rejected.isAnswered()).isTrue();
    assertThat(rejected.isInSync()).isFalse();
    assertThat(rejected.answer().orElseThrow().reason()).contains("no");
    Desired.Mail next = rejected.changed(json("{\"a\":" + LONG + ",\"b\":3}"), TIME).mail();
    assertThat(next.base()).isEqualTo(OptionalLong.of(1));
    assertThat(next.body()).asString(UTF_8).isEqualTo("{\"b\":3}");
  }

  @Test
  void sendsTheWholeAtOnceToADeviceThatLacksTheBaseButNotOverAndOver() {
    // Given
    Desired second = sent(taken().changed(json("{\"a\":" + LONG + ",\"b\":2}"), TIME));

    // When
    Desired.Step first = second.answered(ack(0, DesiredAnswer.UNKNOWN_BASE));
    Desired.Step again = sent(first.after()).answered(ack(0, DesiredAnswer.UNKNOWN_BASE));

    // Then
    assertThat(first.sendNow()).isTrue();
    assertThat(first.after().mail().base()).isEmpty();
    assertThat(again.sendNow()).isFalse();
    assertThat(again.after().isAnswered()).isFalse();
  }

  @Test
  void sendsTheWholeToADeviceThatHasLostWhatItHadTaken() {
    // When
    Desired.Step step = taken().answered(ack(0, DesiredAnswer.UNKNOWN_BASE));

    // Then
    assertThat(step.sendNow()).isTrue();
    assertThat(step.after().isInSync()).isFalse();
    assertThat(step.after().mail().base()).isEmpty();
  }

  @Test
  void goesPastTheVersionOfADeviceFromAnotherLife() {
    // Given
    Desired first = sent(Desired.NONE.changed(json("{\"b\":1}"), TIME));

    // When
    Desired.Step step = first.answered(ack(7, DesiredAnswer.ACCEPTED));

    // Then
    assertThat(step.after().version()).isEqualTo(8);
    assertThat(step.after().isAnswered()).isFalse();
    assertThat(step.after().mail().base()).isEmpty();
    assertThat(first.answered(ack(7, DesiredAnswer.REJECTED)).after()).isEqualTo(first);
  }

  @Test
  void answersNothingToADeviceThatWasNeverToldAnything() {
    for (DesiredAnswer answer : DesiredAnswer.values()) {
      // When
      Desired.Step step = Desired.NONE.answered(ack(3, answer));

      // Then
      assertThat(step).isEqualTo(new Desired.Step(Desired.NONE, false));
    }
  }

  @Test
  void waitsLongerAndLongerUpToFiveMinutes() {
    // Given
    Desired desired = Desired.NONE.changed(json("{\"b\":1}"), TIME);
    List<Long> waits = new ArrayList<>();

    // When
    for (int i = 0; i < 9; i++) {
      desired = sent(desired);
      waits.add(desired.again().toSeconds());
    }

    // Then
    assertThat(waits).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
    assertThat(sent(desired.connected()).again()).isEqualTo(Duration.ofSeconds(5));
  }

  /// A device as the protocol wants it, a wire that loses, doubles and reorders, and whoever
  /// changes his mind: in the end the device has the last document.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void bringsTheDeviceToTheLastDocumentWhateverIsLostOrComesTwice(long seed) {
    // Given
    Random random = new Random(seed);
    Device device = new Device();
    Desired desired = Desired.NONE;
    List<Desired.Mail> wire = new ArrayList<>();

    // When
    for (int step = 0; step < 2_000; step++) {
      switch (random.nextInt(6)) {
        case 0 -> {
          Desired changed = desired.changed(someDocument(random), TIME);
          if (!changed.equals(desired)) {
            wire.add(changed.mail());
            desired = changed.afterSending(changed.mail());
          }
        }
        case 1 -> {
          if (!desired.isAnswered()) {
            wire.add(desired.mail());
            desired = sent(desired);
          }
        }
        case 2 -> wire.clear();
        case 3 -> {
          if (random.nextInt(40) == 0) {
            device.forget();
          }
        }
        default -> {
          if (!wire.isEmpty()) {
            int which = random.nextInt(wire.size());
            Desired.Mail mail = random.nextBoolean() ? wire.get(which) : wire.remove(which);
            DesiredAck ack = device.receive(mail);
            if (random.nextInt(4) > 0) {
              desired = desired.answered(ack).after();
            }
          }
        }
      }
    }
    for (int round = 0; round < 4; round++) {
      desired = sent(desired.connected());
      desired = desired.answered(device.receive(desired.mail())).after();
    }

    // Then
    assertThat(desired.isInSync()).isTrue();
    assertThat(device.document).isEqualTo(desired.document());
    assertThat(device.version).isEqualTo(desired.version());
  }

  private static ObjectNode someDocument(Random random) {
    ObjectNode document = json("{}");
    for (String name : List.of("a", "b", "c")) {
      switch (random.nextInt(4)) {
        case 0 -> document.put(name, random.nextInt(3));
        case 1 -> document.put(name, "x".repeat(random.nextInt(60)));
        case 2 -> document.putObject(name).put("inner", random.nextInt(3));
        default -> {
          // Not there.
        }
      }
    }
    return document;
  }

  private static final class Device {
    private long version;
    private ObjectNode document = json("{}");

    void forget() {
      version = 0;
      document = json("{}");
    }

    DesiredAck receive(Desired.Mail mail) {
      ObjectNode body = json(new String(mail.body(), UTF_8));
      if (mail.version() <= version) {
        return ack(version, DesiredAnswer.ACCEPTED);
      }
      if (mail.base().isPresent() && mail.base().getAsLong() != version) {
        return ack(version, DesiredAnswer.UNKNOWN_BASE);
      }
      document = mail.base().isPresent() ? MergePatch.apply(document, body) : body;
      version = mail.version();
      return ack(version, DesiredAnswer.ACCEPTED);
    }
  }
}
