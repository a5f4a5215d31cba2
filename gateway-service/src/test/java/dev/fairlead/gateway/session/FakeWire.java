package dev.fairlead.gateway.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A wire of plain words: `telemetry:id` and the like, `ping`, `?`; anything else is malformed.
public final class FakeWire implements DeviceWire {

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public Said read(byte[] frame) {
    String text = new String(frame, UTF_8);
    if (text.equals("ping")) {
      return new Said.Ask("pong".getBytes(UTF_8));
    }
    if (text.equals("?")) {
      return new Said.Unknown("unknown-type", "what?".getBytes(UTF_8));
    }
    int colon = text.indexOf(':');
    return DeviceMessage.Type.of(text.substring(0, Math.max(0, colon)))
        .<Said>map(type -> event(type, text.substring(colon + 1), frame))
        .orElseGet(() -> new Said.Malformed(1007, "not a word"));
  }

  private static Said event(DeviceMessage.Type type, String id, byte[] frame) {
    Optional<String> name = id.isEmpty() ? Optional.empty() : Optional.of(id);
    return new Said.Event(
        type,
        name,
        OptionalLong.empty(),
        name,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        "text/plain",
        frame);
  }

  @Override
  public byte[] hello(
      SessionId session, InboxAddress address, Instant serverTime, Duration keepalive) {
    return "hello".getBytes(UTF_8);
  }

  @Override
  public byte[] acknowledged(List<String> ids) {
    return ("ack " + String.join(",", ids)).getBytes(UTF_8);
  }

  @Override
  public Optional<byte[]> command(
      InboxMessage.Deliver command, Duration timeLeft, Optional<TraceContext> trace) {
    return Optional.of(("command " + command.commandId()).getBytes(UTF_8));
  }

  @Override
  public byte[] cancelled(InboxMessage.Cancel cancel) {
    return ("cancel " + cancel.commandId()).getBytes(UTF_8);
  }

  @Override
  public Optional<byte[]> desired(InboxMessage.Desired desired, Optional<TraceContext> trace) {
    return Optional.of(("desired " + desired.version()).getBytes(UTF_8));
  }

  @Override
  public Optional<byte[]> credential(String token) {
    return Optional.of(("credential " + token).getBytes(UTF_8));
  }

  @Override
  public Optional<byte[]> certificate(InboxMessage.Certificate certificate) {
    return Optional.of(("certificate " + certificate.pem()).getBytes(UTF_8));
  }

  @Override
  public Optional<byte[]> noCertificate(InboxMessage.NoCertificate refusal) {
    return Optional.of(("no-certificate " + refusal.reason()).getBytes(UTF_8));
  }

  @Override
  public Optional<byte[]> requestRefused(Optional<String> requestId, int code, String text) {
    return Optional.of(("refused " + code).getBytes(UTF_8));
  }

  @Override
  public byte[] goAway(String reason, Duration reconnectAfter) {
    return "goaway".getBytes(UTF_8);
  }
}
