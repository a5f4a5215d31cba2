package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.message.DesiredAnswer;
import dev.fairlead.runtime.http.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// What a device is to be like, and how far it has come with that.
///
/// @param document never changed in place
/// @param version how often it has changed; 0 before the first time
/// @param updatedAt when it last changed
/// @param answer what the device last answered
/// @param base what the device has, as far as that is known
/// @param sent what it was sent since, and has not answered
/// @param attempts how often this version was sent in this session
record Desired(
    ObjectNode document,
    long version,
    Optional<Instant> updatedAt,
    Optional<Answer> answer,
    Optional<Base> base,
    Sent sent,
    int attempts) {

  private static final Duration AGAIN_FIRST = Duration.ofSeconds(5);
  private static final Duration AGAIN_LONGEST = Duration.ofMinutes(5);
  private static final int DOUBLINGS_MAX = 6;

  /// Of a device that was never told anything.
  static final Desired NONE =
      new Desired(
          JsonNodeFactory.instance.objectNode(),
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Sent.NOTHING,
          0);

  /// An answer of the device.
  ///
  /// @param version that it is about
  /// @param accepted whether the device has taken it
  /// @param reason why not, for people
  record Answer(long version, Instant at, boolean accepted, Optional<String> reason) {}

  /// A document that the device has.
  record Base(long version, ObjectNode document) {}

  /// What the device was sent and has not answered.
  enum Sent {
    NOTHING,
    PATCH,
    WHOLE
  }

  /// What goes to the device.
  ///
  /// @param base the version that the body is a merge patch of; empty where it is the document
  ///     Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Mail(long version, OptionalLong base, byte[] body) {}

  /// Whether the device has answered this version, be it that it will not have it. Nothing is sent
  /// then.
  boolean isAnswered() {
    return version == 0 || answer.filter(last -> last.version() == version).isPresent();
  }

  /// Whether the device is as desired, as far as it has told.
  boolean isInSync() {
    return version == 0
        || answer.filter(last -> last.accepted() && last.version() == version).isPresent();
  }

  /// The same with another document; the same as it is when that is no other.
  Desired changed(ObjectNode other, Instant at) {
    return other.equals(document)
        ? this
        : new Desired(other, version + 1, Optional.of(at), answer, base, sent, 0);
  }

  /// The same when the device has connected anew.
  Desired connected() {
    return new Desired(document, version, updatedAt, answer, base, sent, 0);
  }

  /// What is to be sent. Only the first try is a patch, and only where it is known what the device
  /// has: whatever was sent and not answered may have reached it or not.
  Mail mail() {
    byte[] whole = Json.write(document);
    if (sent == Sent.NOTHING && base.isPresent()) {
      byte[] patch = Json.write(MergePatch.between(base.get().document(), document));
      if (patch.length < whole.length) {
        return new Mail(version, OptionalLong.of(base.get().version()), patch);
      }
    }
    return new Mail(version, OptionalLong.empty(), whole);
  }

  /// The same when that is on its way.
  Desired afterSending(Mail mail) {
    return new Desired(
        document,
        version,
        updatedAt,
        answer,
        base,
        mail.base().isPresent() ? Sent.PATCH : Sent.WHOLE,
        attempts + 1);
  }

  /// How long after the last sending the next one is due.
  Duration again() {
    Duration wait = AGAIN_FIRST.multipliedBy(1L << Math.clamp(attempts - 1L, 0, DOUBLINGS_MAX));
    return wait.compareTo(AGAIN_LONGEST) < 0 ? wait : AGAIN_LONGEST;
  }

  /// What an answer leads to.
  ///
  /// @param sendNow whether the device waits for the document; else it is sent when that is due
  record Step(Desired after, boolean sendNow) {}

  /// Takes in an answer.
  Step answered(DesiredAck ack) {
    if (ack.version() > version) {
      return ack.answer() == DesiredAnswer.REJECTED
          ? new Step(this, false)
          : new Step(overtaken(ack.version()), version > 0 && sent == Sent.NOTHING);
    }
    if (version == 0) {
      return new Step(this, false);
    }
    return switch (ack.answer()) {
      case ACCEPTED -> accepted(ack);
      case REJECTED ->
          new Step(
              isOlder(ack)
                  ? this
                  : answered(new Answer(ack.version(), ack.at(), false, ack.reason()), base),
              false);
      case UNKNOWN_BASE -> ack.version() == version ? accepted(ack) : lacking();
    };
  }

  /// The device comes from another life, in which it went further. Its versions must not run
  /// backwards, so this one goes past them.
  private Desired overtaken(long itsVersion) {
    return version == 0
        ? this
        : new Desired(
            document,
            itsVersion + 1,
            updatedAt,
            Optional.empty(),
            Optional.empty(),
            sent,
            attempts);
  }

  private Step accepted(DesiredAck ack) {
    if (isOlder(ack) || isKnown(ack)) {
      return new Step(this, false);
    }
    Optional<Base> has =
        ack.version() == version
            ? Optional.of(new Base(version, document))
            : base.filter(known -> known.version() == ack.version());
    return new Step(
        answered(new Answer(ack.version(), ack.at(), true, Optional.empty()), has), false);
  }

  private boolean isKnown(DesiredAck ack) {
    return answer.filter(last -> last.accepted() && last.version() == ack.version()).isPresent();
  }

  private boolean isOlder(DesiredAck ack) {
    return answer.filter(last -> last.version() > ack.version()).isPresent();
  }

  private Desired answered(Answer last, Optional<Base> has) {
    boolean done = last.version() == version;
    return new Desired(
        document,
        version,
        updatedAt,
        Optional.of(last),
        has,
        done ? Sent.NOTHING : sent,
        done ? 0 : attempts);
  }

  /// A device that asks again and again is served at the pace of the attempts.
  private Step lacking() {
    return new Step(
        new Desired(
            document, version, updatedAt, Optional.empty(), Optional.empty(), sent, attempts),
        sent != Sent.WHOLE);
  }
}
