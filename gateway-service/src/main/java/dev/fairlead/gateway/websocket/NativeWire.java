package dev.fairlead.gateway.websocket;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DesiredAnswer;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.gateway.session.DeviceWire;
import dev.fairlead.gateway.session.Said;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.GoAway;
import dev.fairlead.protocol.Header;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolException;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The native protocol in one of its two notations.
final class NativeWire implements DeviceWire {

  /// What a device may call an event: it stands in a header on the bus, and in acks.
  private static final int ID_LENGTH_MAX = 256;

  private final WireFormat format;
  private final ProtocolLimits limits;
  private final MessageCodec codec;
  private final boolean traced;
  private final byte[] pong;

  /// @param traced whether it is looked at which traces messages are steps of
  NativeWire(WireFormat format, ProtocolLimits limits, boolean traced) {
    this.format = format;
    this.limits = limits;
    this.codec = format.codec(limits);
    this.traced = traced;
    this.pong = codec.encode(Messages.pong());
  }

  /// Whether its frames are binary; else they are text.
  boolean isBinary() {
    return format.isBinary();
  }

  @Override
  public String name() {
    return format.subprotocol();
  }

  @Override
  public Said read(byte[] frame) {
    try {
      return understood(codec.decode(frame));
    } catch (ProtocolException e) {
      return new Said.Malformed(e.closeCode(), String.valueOf(e.getMessage()));
    }
  }

  private Said understood(Message message) {
    return switch (message.header().proto()) {
      case NativeProtocol.PROTO_DATA -> data(message);
      case NativeProtocol.PROTO_COMMAND -> reply(message);
      case NativeProtocol.PROTO_TWIN -> twin(message);
      case NativeProtocol.PROTO_CONTROL -> control(message);
      default -> refusal(message.header(), "unknown-proto", "unknown proto");
    };
  }

  private Said data(Message message) {
    return switch (message.header().type()) {
      case NativeProtocol.TYPE_TELEMETRY -> event(DeviceMessage.Type.TELEMETRY, message, Map.of());
      case NativeProtocol.TYPE_STATUS -> event(DeviceMessage.Type.STATUS, message, Map.of());
      case NativeProtocol.TYPE_ALERT -> event(DeviceMessage.Type.ALERT, message, Map.of());
      case NativeProtocol.TYPE_LOG -> event(DeviceMessage.Type.LOG, message, Map.of());
      default -> unknownType(message.header());
    };
  }

  private Said twin(Message message) {
    return switch (message.header().type()) {
      case NativeProtocol.TYPE_REPORTED -> reported(message);
      case NativeProtocol.TYPE_ACK -> desiredAnswer(message);
      default -> unknownType(message.header());
    };
  }

  private Said reported(Message message) {
    Map<String, String> headers = new LinkedHashMap<>();
    message
        .header()
        .textProp(NativeProtocol.PROP_FORM)
        .ifPresent(form -> headers.put(Headers.FORM, form));
    message
        .header()
        .longProp(NativeProtocol.PROP_VERSION)
        .ifPresent(base -> headers.put(Headers.VERSION, Long.toString(base)));
    return event(DeviceMessage.Type.REPORTED, message, headers);
  }

  private Said desiredAnswer(Message message) {
    Header header = message.header();
    OptionalLong version = header.longProp(NativeProtocol.PROP_VERSION);
    if (version.isEmpty() || version.getAsLong() < 0) {
      return refusal(header, "no-version", "version missing or negative");
    }
    if (header
        .textProp(NativeProtocol.PROP_STATUS)
        .filter(word -> DesiredAnswer.of(word).isEmpty())
        .isPresent()) {
      return refusal(header, "no-status", "status must be accepted, rejected or unknown-base");
    }
    return event(
        DeviceMessage.Type.DESIRED_ACK,
        message,
        Map.of(Headers.VERSION, Long.toString(version.getAsLong())));
  }

  private Said event(DeviceMessage.Type type, Message message, Map<String, String> headers) {
    Optional<String> id = message.header().textProp(NativeProtocol.PROP_ID);
    if (id.isPresent() && id.get().length() > ID_LENGTH_MAX) {
      return refusal(message.header(), "long-id", "id longer than " + ID_LENGTH_MAX);
    }
    return said(type, message, id, id, headers);
  }

  private static Map<String, String> with(Map<String, String> headers, String subDevice) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(Headers.SUB_DEVICE, subDevice);
    return more;
  }

  private Said reply(Message message) {
    Header header = message.header();
    Optional<DeviceMessage.Type> type =
        DeviceMessage.Type.of(header.type())
            .filter(known -> known.topic() == DeviceMessage.Type.RESULT.topic());
    if (type.isEmpty()) {
      return unknownType(header);
    }
    Optional<String> id = header.textProp(NativeProtocol.PROP_ID);
    if (id.isEmpty() || id.get().length() > ID_LENGTH_MAX) {
      return refusal(header, "no-command-id", "id missing or longer than " + ID_LENGTH_MAX);
    }
    if (type.get() == DeviceMessage.Type.RESULT
        && header
            .textProp(NativeProtocol.PROP_STATUS)
            .flatMap(ResultStatus::ofWireName)
            .isEmpty()) {
      return refusal(header, "no-status", "status must be succeeded, failed or rejected");
    }
    return said(type.get(), message, Optional.empty(), id, Map.of());
  }

  private Said said(
      DeviceMessage.Type type,
      Message message,
      Optional<String> ackId,
      Optional<String> correlation,
      Map<String, String> headers) {
    if (message.header().prop(NativeProtocol.PROP_DEVICE).isEmpty()) {
      return asEvent(type, message, ackId, correlation, headers);
    }
    return message
        .header()
        .textProp(NativeProtocol.PROP_DEVICE)
        .filter(DeviceId::isValid)
        .map(device -> asEvent(type, message, ackId, correlation, with(headers, device)))
        .orElseGet(() -> refusal(message.header(), "bad-device", "device is no id"));
  }

  private Said asEvent(
      DeviceMessage.Type type,
      Message message,
      Optional<String> ackId,
      Optional<String> correlation,
      Map<String, String> headers) {
    Header header = message.header();
    return new Said.Event(
        type,
        ackId,
        timeOf(header),
        correlation,
        header.textProp(NativeProtocol.PROP_STATUS),
        header.textProp(NativeProtocol.PROP_REASON),
        headers,
        traced ? traceOf(header) : Optional.empty(),
        message.contentType(),
        message.body().toByteArray());
  }

  private static Optional<TraceContext> traceOf(Header header) {
    return header
        .textProp(NativeProtocol.PROP_TRACE_PARENT)
        .flatMap(
            parent ->
                TraceContext.parse(
                    parent, header.textProp(NativeProtocol.PROP_TRACE_STATE).orElse("")));
  }

  private static OptionalLong timeOf(Header header) {
    OptionalLong time = header.longProp(NativeProtocol.PROP_TIME);
    return time.isPresent() && time.getAsLong() < 0 ? OptionalLong.empty() : time;
  }

  private Said control(Message message) {
    return switch (message.header().type()) {
      case NativeProtocol.TYPE_PING -> new Said.Ask(pong);
      case NativeProtocol.TYPE_PONG -> new Said.Quiet();
      case NativeProtocol.TYPE_ERROR -> error(message);
      case NativeProtocol.TYPE_CSR -> certificateRequest(message);
      default -> unknownType(message.header());
    };
  }

  /// An error is never answered: two sides could go on like that for ever. One about a command ends
  /// it, because the device will not take it the next time either.
  private Said error(Message message) {
    try {
      ControlError error = ControlError.from(message, codec);
      return error
          .id()
          .filter(id -> id.length() <= ID_LENGTH_MAX && isAboutCommand(error))
          .<Said>map(id -> rejected(id, error.text()))
          .orElseGet(Said.Quiet::new);
    } catch (ProtocolException e) {
      return new Said.Quiet();
    }
  }

  private static boolean isAboutCommand(ControlError error) {
    return error.proto().equals(OptionalInt.of(NativeProtocol.PROTO_COMMAND))
        && error.type().equals(Optional.of(NativeProtocol.TYPE_COMMAND));
  }

  private static Said rejected(String commandId, String reason) {
    return new Said.Event(
        DeviceMessage.Type.RESULT,
        Optional.empty(),
        OptionalLong.empty(),
        Optional.of(commandId),
        Optional.of(ResultStatus.REJECTED.wireName()),
        Optional.of(reason),
        Map.of(),
        Optional.empty(),
        Headers.JSON,
        new byte[0]);
  }

  private Said certificateRequest(Message message) {
    Optional<String> id = message.header().textProp(NativeProtocol.PROP_ID);
    return id.isPresent() && id.get().length() > ID_LENGTH_MAX
        ? refusal(message.header(), "long-id", "id longer than " + ID_LENGTH_MAX)
        : new Said.CertificateRequest(id, message.body().toByteArray());
  }

  private Said unknownType(Header header) {
    return refusal(header, "unknown-type", "unknown type");
  }

  private Said refusal(Header header, String reason, String text) {
    return new Said.Unknown(
        reason, codec.encode(ControlError.about(header, text).toMessage(codec)));
  }

  @Override
  public byte[] hello(
      SessionId session, InboxAddress address, Instant serverTime, Duration keepalive) {
    Map<String, Long> accepted = new LinkedHashMap<>();
    accepted.put(Hello.LIMIT_MESSAGE_BYTES, (long) limits.messageBytesMax());
    accepted.put(Hello.LIMIT_HEADER_BYTES, (long) limits.headerBytesMax());
    return codec.encode(
        new Hello(session.value(), address.toString(), serverTime, keepalive, accepted)
            .toMessage());
  }

  @Override
  public byte[] acknowledged(List<String> ids) {
    return codec.encode(ids.size() == 1 ? Messages.ack(ids.getFirst()) : Messages.ack(ids));
  }

  @Override
  public Optional<byte[]> command(
      InboxMessage.Deliver command, Duration timeLeft, Optional<TraceContext> trace) {
    try {
      Message message =
          new Command(
                  command.commandId(),
                  command.kind(),
                  timeLeft,
                  command.attempt(),
                  command.contentType(),
                  Body.of(command.body()))
              .toMessage();
      return Optional.of(codec.encode(tracedBy(trace, about(command.subDevice(), message))));
    } catch (ProtocolException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public byte[] cancelled(InboxMessage.Cancel cancel) {
    return codec.encode(about(cancel.subDevice(), Messages.cancel(cancel.commandId())));
  }

  @Override
  public Optional<byte[]> desired(InboxMessage.Desired desired, Optional<TraceContext> trace) {
    try {
      Message message =
          new Desired(desired.version(), desired.base(), Body.of(desired.body())).toMessage();
      return Optional.of(codec.encode(tracedBy(trace, about(desired.subDevice(), message))));
    } catch (ProtocolException e) {
      return Optional.empty();
    }
  }

  private static Message about(Optional<DeviceId> subDevice, Message message) {
    return subDevice
        .map(id -> message.withProp(NativeProtocol.PROP_DEVICE, Value.of(id.value())))
        .orElse(message);
  }

  private static Message tracedBy(Optional<TraceContext> trace, Message message) {
    if (trace.isEmpty()) {
      return message;
    }
    Message named =
        message.withProp(NativeProtocol.PROP_TRACE_PARENT, Value.of(trace.get().traceparent()));
    return trace.get().state().isEmpty()
        ? named
        : named.withProp(NativeProtocol.PROP_TRACE_STATE, Value.of(trace.get().state()));
  }

  @Override
  public Optional<byte[]> credential(String token) {
    return Optional.of(codec.encode(Messages.credential(token)));
  }

  @Override
  public Optional<byte[]> certificate(InboxMessage.Certificate certificate) {
    try {
      return Optional.of(
          codec.encode(Messages.certificate(certificate.requestId(), certificate.pem())));
    } catch (ProtocolException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<byte[]> noCertificate(InboxMessage.NoCertificate refusal) {
    return Optional.of(codec.encode(Messages.noCertificate(refusal.requestId(), refusal.reason())));
  }

  @Override
  public Optional<byte[]> requestRefused(Optional<String> requestId, int code, String text) {
    Header asked = Header.of(NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_CSR);
    Header named =
        requestId.map(id -> asked.withProp(NativeProtocol.PROP_ID, Value.of(id))).orElse(asked);
    return Optional.of(
        codec.encode(ControlError.about(named, text).withCode(code).toMessage(codec)));
  }

  @Override
  public byte[] goAway(String reason, Duration reconnectAfter) {
    return codec.encode(new GoAway(reason, reconnectAfter).toMessage());
  }
}
