package dev.fairlead.registry.certificate;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a device has asked for over its connection: the certificate that is to follow the one that
/// opened its session.
///
/// @param session in which it waits for the answer
/// @param requestId what it calls the request
/// @param certificate the fingerprint of the certificate that opened the session
/// @param replyTo the inbox of the gateway that holds the session
/// @param address where the device is
/// @param at when the bus was given the request
/// @param pem the request, not looked at yet
public record RenewalRequest(
    DeviceKey device,
    SessionId session,
    Optional<String> requestId,
    String certificate,
    InboxAddress replyTo,
    String address,
    Instant at,
    String pem) {

  /// As much as gateways let through.
  private static final int PEM_BYTES_MAX = 8192;

  private static final int ADDRESS_MAX = 64;
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  /// Reads a record.
  ///
  /// @throws MalformedRecordException when it lacks what gateways add, or is too long
  public static RenewalRequest of(ReceivedRecord record, DeviceMessage message, Instant at) {
    String certificate = record.requiredHeader(Headers.CERTIFICATE);
    String address = record.requiredHeader(Headers.FROM);
    if (!FINGERPRINT.matcher(certificate).matches()) {
      throw new MalformedRecordException("the certificate is no fingerprint");
    }
    if (address.length() > ADDRESS_MAX || address.indexOf('\0') >= 0) {
      throw new MalformedRecordException("the address is none");
    }
    if (message.body().length > PEM_BYTES_MAX) {
      throw new MalformedRecordException("longer than " + PEM_BYTES_MAX + " bytes");
    }
    return new RenewalRequest(
        message.device(),
        message.session(),
        message.correlation(),
        certificate,
        replyTo(record),
        address,
        at,
        new String(message.body(), StandardCharsets.US_ASCII));
  }

  private static InboxAddress replyTo(ReceivedRecord record) {
    try {
      return InboxAddress.parse(record.requiredHeader(Headers.REPLY_TO));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("no inbox to answer to", e);
    }
  }
}
