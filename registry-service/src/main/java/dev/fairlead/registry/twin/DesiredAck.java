package dev.fairlead.registry.twin;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DesiredAnswer;
import dev.fairlead.bus.message.DeviceMessage;
import java.time.Instant;
import java.util.Optional;

/// What a device has answered to its desired document.
///
/// @param version that it answers; of an unknown base, the one that it has, 0 for none
/// @param reason why it rejected, for people
/// @param at when the bus was given the answer
public record DesiredAck(
    DeviceKey device, long version, DesiredAnswer answer, Optional<String> reason, Instant at) {

  /// The longest reason that is kept, in characters.
  static final int REASON_LENGTH_MAX = 500;

  /// The greatest version: every program reads that number exactly.
  static final long VERSION_MAX = (1L << 53) - 1;

  /// Reads a record.
  ///
  /// @param device whom it is about
  /// @throws MalformedRecordException when it names no version that there could be, or an answer
  ///     that nobody knows
  public static DesiredAck of(
      ReceivedRecord record, DeviceMessage message, DeviceKey device, Instant at) {
    DesiredAnswer answer =
        message.status().isEmpty()
            ? DesiredAnswer.ACCEPTED
            : DesiredAnswer.of(message.status().get())
                .orElseThrow(() -> new MalformedRecordException("no such answer is known"));
    long version = version(record.requiredHeader(Headers.VERSION));
    return new DesiredAck(device, version, answer, message.reason().map(DesiredAck::kept), at);
  }

  /// A version as records carry it.
  ///
  /// @throws MalformedRecordException when there can be none
  public static long version(String text) {
    long version;
    try {
      version = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new MalformedRecordException("the version is no number", e);
    }
    // One below the greatest, since the next one follows.
    if (version < 0 || version >= VERSION_MAX) {
      throw new MalformedRecordException("there is no such version");
    }
    return version;
  }

  private static String kept(String reason) {
    String text = reason.replace('\0', ' ');
    if (text.length() <= REASON_LENGTH_MAX) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(REASON_LENGTH_MAX - 1))
            ? REASON_LENGTH_MAX - 1
            : REASON_LENGTH_MAX;
    return text.substring(0, end);
  }
}
