package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/// Mail to one gateway about one session that it holds.
public sealed interface InboxMessage {

  /// Whose session is meant; a gateway drops mail whose session is not that device's.
  DeviceKey device();

  /// Which session is meant.
  SessionId session();

  /// A command to be given to the device.
  ///
  /// @param subDevice the one that is to obey, of those that it speaks for; empty for itself
  /// @param commandId the command's stable id
  /// @param kind what is to be done, an open word
  /// @param deadlineMillis until when, milliseconds since 1970; a gateway drops what is past
  /// @param attempt which delivery this is; from 1
  /// @param contentType of the body
  /// @param body bytes, passed on untouched Records are never compared, and a wrapper would cost an
  ///     object for every event.
  @SuppressWarnings("ArrayRecordComponent")
  record Deliver(
      DeviceKey device,
      SessionId session,
      Optional<DeviceId> subDevice,
      String commandId,
      String kind,
      long deadlineMillis,
      int attempt,
      String contentType,
      byte[] body)
      implements InboxMessage {}

  /// A command is no longer wanted.
  ///
  /// @param subDevice whose command it is, of those that the device speaks for; empty for its own
  record Cancel(DeviceKey device, SessionId session, Optional<DeviceId> subDevice, String commandId)
      implements InboxMessage {}

  /// The session is to be closed.
  ///
  /// @param reason a word of [CloseReason]
  record Close(DeviceKey device, SessionId session, String reason) implements InboxMessage {}

  /// The device connects too often; the gateway is to let it in more slowly from now on.
  ///
  /// @param untilMillis until when, as things stand, milliseconds since 1970
  record Flapping(DeviceKey device, SessionId session, long untilMillis) implements InboxMessage {}

  /// A new token for the device, to be used from its next connect on.
  record Credential(DeviceKey device, SessionId session, String token) implements InboxMessage {

    /// Names whose it is and shows nothing of it.
    @Override
    public String toString() {
      return "Credential[" + device + "]";
    }
  }

  /// A new certificate for the device, to be used from its next connect on.
  ///
  /// @param requestId what the device called its request
  /// @param pem the certificates that it is to show, its own first
  record Certificate(DeviceKey device, SessionId session, Optional<String> requestId, String pem)
      implements InboxMessage {}

  /// There is no certificate for a request of the device.
  ///
  /// @param requestId what the device called its request
  /// @param reason the slug of a problem
  record NoCertificate(
      DeviceKey device, SessionId session, Optional<String> requestId, String reason)
      implements InboxMessage {}

  /// What the device is to be like. A later version supersedes this one.
  ///
  /// @param version of the document, from 1
  /// @param subDevice the one that is meant, of those that the device speaks for; empty for itself
  /// @param base the version that the body is a JSON merge patch of; empty where the body is the
  ///     whole document
  /// @param body JSON, passed on untouched Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Desired(
      DeviceKey device,
      SessionId session,
      Optional<DeviceId> subDevice,
      long version,
      OptionalLong base,
      byte[] body)
      implements InboxMessage {}

  /// The record that carries this message.
  ///
  /// @param to the gateway's inbox, as the session's records name it
  default BusRecord toRecord(InboxAddress to) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.TO, to.gateway());
    headers.put(Headers.SESSION, session().value());
    byte[] body = NOTHING;
    switch (this) {
      case Deliver deliver -> {
        headers.put(Headers.TYPE, "command");
        deliver.subDevice().ifPresent(id -> headers.put(Headers.SUB_DEVICE, id.value()));
        headers.put(Headers.CORRELATION, deliver.commandId());
        headers.put(Headers.KIND, deliver.kind());
        headers.put(Headers.DEADLINE, Long.toString(deliver.deadlineMillis()));
        headers.put(Headers.ATTEMPT, Integer.toString(deliver.attempt()));
        if (!deliver.contentType().equals(Headers.JSON)) {
          headers.put(Headers.CONTENT_TYPE, deliver.contentType());
        }
        body = deliver.body();
      }
      case Cancel cancel -> {
        headers.put(Headers.TYPE, "cancel");
        cancel.subDevice().ifPresent(id -> headers.put(Headers.SUB_DEVICE, id.value()));
        headers.put(Headers.CORRELATION, cancel.commandId());
      }
      case Close close -> {
        headers.put(Headers.TYPE, "close");
        headers.put(Headers.REASON, close.reason());
      }
      case Flapping flapping -> {
        headers.put(Headers.TYPE, "flapping");
        headers.put(Headers.UNTIL, Long.toString(flapping.untilMillis()));
      }
      case Credential credential -> {
        headers.put(Headers.TYPE, "credential");
        body = MessageJson.write(new CredentialDocument(credential.token()));
      }
      case Certificate certificate -> {
        headers.put(Headers.TYPE, "certificate");
        certificate.requestId().ifPresent(id -> headers.put(Headers.CORRELATION, id));
        body = MessageJson.write(new CertificateDocument(certificate.pem()));
      }
      case NoCertificate refusal -> {
        headers.put(Headers.TYPE, "no-certificate");
        refusal.requestId().ifPresent(id -> headers.put(Headers.CORRELATION, id));
        headers.put(Headers.REASON, refusal.reason());
      }
      case Desired desired -> {
        headers.put(Headers.TYPE, "desired");
        desired.subDevice().ifPresent(id -> headers.put(Headers.SUB_DEVICE, id.value()));
        headers.put(Headers.VERSION, Long.toString(desired.version()));
        desired.base().ifPresent(base -> headers.put(Headers.BASE, Long.toString(base)));
        body = desired.body();
      }
    }
    return BusRecord.addressed(Topic.INBOX, to.partition(), device().toString(), headers, body);
  }

  /// Reads a record of `fairlead.inbox`.
  ///
  /// @throws MalformedRecordException when it is none of these
  static InboxMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static InboxMessage decodeChecked(ReceivedRecord record) {
    DeviceKey device = DeviceKey.parse(record.key());
    SessionId session = new SessionId(record.requiredHeader(Headers.SESSION));
    String type = record.requiredHeader(Headers.TYPE);
    return switch (type) {
      case "command" ->
          new Deliver(
              device,
              session,
              subDevice(record),
              record.requiredHeader(Headers.CORRELATION),
              record.requiredHeader(Headers.KIND),
              Long.parseLong(record.requiredHeader(Headers.DEADLINE)),
              Integer.parseInt(record.requiredHeader(Headers.ATTEMPT)),
              record.header(Headers.CONTENT_TYPE).orElse(Headers.JSON),
              record.requiredValue());
      case "cancel" ->
          new Cancel(
              device, session, subDevice(record), record.requiredHeader(Headers.CORRELATION));
      case "close" ->
          new Close(device, session, record.header(Headers.REASON).orElse(CloseReason.CLOSED));
      case "flapping" ->
          new Flapping(device, session, Long.parseLong(record.requiredHeader(Headers.UNTIL)));
      case "credential" ->
          new Credential(
              device, session, MessageJson.read(record, CredentialDocument.class).token());
      case "certificate" ->
          new Certificate(
              device,
              session,
              record.header(Headers.CORRELATION),
              MessageJson.read(record, CertificateDocument.class).certificate());
      case "no-certificate" ->
          new NoCertificate(
              device,
              session,
              record.header(Headers.CORRELATION),
              record.requiredHeader(Headers.REASON));
      case "desired" ->
          new Desired(
              device,
              session,
              subDevice(record),
              Long.parseLong(record.requiredHeader(Headers.VERSION)),
              record.header(Headers.BASE).stream().mapToLong(Long::parseLong).findFirst(),
              record.requiredValue());
      default -> throw new MalformedRecordException("unknown type '" + type + "'");
    };
  }

  private static Optional<DeviceId> subDevice(ReceivedRecord record) {
    return record.header(Headers.SUB_DEVICE).map(DeviceId::new);
  }

  /// [Credential] as JSON.
  record CredentialDocument(String token) {

    public CredentialDocument {
      Objects.requireNonNull(token, "a credential needs a token");
    }
  }

  /// [Certificate] as JSON.
  record CertificateDocument(String certificate) {

    public CertificateDocument {
      Objects.requireNonNull(certificate, "a certificate is needed");
    }
  }

  /// The body of mail that has none. A body is never null: that would be a tombstone.
  byte[] NOTHING = new byte[0];
}
