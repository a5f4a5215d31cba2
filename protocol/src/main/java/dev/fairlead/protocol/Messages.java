package dev.fairlead.protocol;

import static dev.fairlead.protocol.NativeProtocol.PROTO_COMMAND;
import static dev.fairlead.protocol.NativeProtocol.PROTO_CONTROL;
import static dev.fairlead.protocol.NativeProtocol.PROTO_DATA;
import static dev.fairlead.protocol.NativeProtocol.PROTO_TWIN;

import java.util.List;
import java.util.Optional;

/// Makes the messages that need no type of their own. Those with more to read are [Command],
/// [Desired], [Hello], [GoAway] and [ControlError].
public final class Messages {

  private Messages() {}

  /// Device: measurements. Add [Message#withId] to be told when the bus has it.
  public static Message telemetry(Body body) {
    return Message.of(PROTO_DATA, NativeProtocol.TYPE_TELEMETRY, body);
  }

  /// Device: a JSON merge patch of its reported state.
  public static Message status(Body body) {
    return Message.of(PROTO_DATA, NativeProtocol.TYPE_STATUS, body);
  }

  /// Device: a problem raised or cleared.
  public static Message alert(Body body) {
    return Message.of(PROTO_DATA, NativeProtocol.TYPE_ALERT, body);
  }

  /// Device: lines of its log.
  public static Message log(Body body) {
    return Message.of(PROTO_DATA, NativeProtocol.TYPE_LOG, body);
  }

  /// Gateway: the bus has the message of that id.
  public static Message ack(String id) {
    return dataAck(Value.of(id));
  }

  /// Gateway: the bus has all messages of those ids.
  public static Message ack(List<String> ids) {
    return dataAck(Value.of(ids.stream().map(Value::of).toList()));
  }

  private static Message dataAck(Value ids) {
    return Message.of(PROTO_DATA, NativeProtocol.TYPE_ACK, Body.EMPTY)
        .withProp(NativeProtocol.PROP_ID, ids);
  }

  /// The ids an ack names, one or several; what is no text among them is left out.
  public static List<String> acknowledgedIds(Message ack) {
    Optional<Value> ids = ack.header().prop(NativeProtocol.PROP_ID);
    return ids.flatMap(Value::asList).or(() -> ids.map(List::of)).stream()
        .flatMap(List::stream)
        .flatMap(id -> id.asText().stream())
        .toList();
  }

  /// Gateway: a command is no longer wanted.
  public static Message cancel(String commandId) {
    return ofCommand(NativeProtocol.TYPE_CANCEL, commandId, Body.EMPTY);
  }

  /// Device: it has the command and will not lose it.
  public static Message delivered(String commandId) {
    return ofCommand(NativeProtocol.TYPE_DELIVERED, commandId, Body.EMPTY);
  }

  /// Device: the command runs; the body says how far it is.
  public static Message progress(String commandId, Body body) {
    return ofCommand(NativeProtocol.TYPE_PROGRESS, commandId, body);
  }

  /// Device: the command ended, with what it yielded.
  public static Message result(String commandId, ResultStatus status, Body body) {
    return ofCommand(NativeProtocol.TYPE_RESULT, commandId, body)
        .withProp(NativeProtocol.PROP_STATUS, Value.of(status.wireName()));
  }

  /// Device: the command ended, with why, for people.
  public static Message result(String commandId, ResultStatus status, String reason, Body body) {
    return result(commandId, status, body).withProp(NativeProtocol.PROP_REASON, Value.of(reason));
  }

  private static Message ofCommand(String type, String commandId, Body body) {
    return Message.of(PROTO_COMMAND, type, body).withId(commandId);
  }

  /// Device: a JSON merge patch of its reported state, on top of whatever the registry has.
  public static Message reported(Body mergePatch) {
    return Message.of(PROTO_TWIN, NativeProtocol.TYPE_REPORTED, mergePatch);
  }

  /// Device: its reported state made from the given version on, as a merge patch or whole.
  ///
  /// @param form [NativeProtocol#FORM_PATCH] or [NativeProtocol#FORM_WHOLE]
  public static Message reported(Body document, String form, long baseVersion) {
    return reported(document)
        .withProp(NativeProtocol.PROP_FORM, Value.of(form))
        .withProp(NativeProtocol.PROP_VERSION, Value.of(baseVersion));
  }

  /// Device: it has this version of the desired state.
  public static Message desiredAccepted(long version) {
    return Message.of(PROTO_TWIN, NativeProtocol.TYPE_ACK, Body.EMPTY)
        .withProp(NativeProtocol.PROP_VERSION, Value.of(version));
  }

  /// Device: it will not have this version of the desired state, and why, for people.
  public static Message desiredRejected(long version, String reason) {
    return desiredAccepted(version)
        .withProp(NativeProtocol.PROP_STATUS, Value.of(DesiredStatus.REJECTED.wireName()))
        .withProp(NativeProtocol.PROP_REASON, Value.of(reason));
  }

  /// Device: it was sent a patch of another version of the desired state than the one that it has,
  /// and needs the whole; also without having been sent anything.
  ///
  /// @param ownVersion 0 for none
  public static Message desiredUnknownBase(long ownVersion) {
    return desiredAccepted(ownVersion)
        .withProp(NativeProtocol.PROP_STATUS, Value.of(DesiredStatus.UNKNOWN_BASE.wireName()));
  }

  /// Gateway: a new token, to be used from the next connect on.
  public static Message credential(String token) {
    return Message.of(PROTO_CONTROL, NativeProtocol.TYPE_CREDENTIAL, Body.EMPTY)
        .withProp(NativeProtocol.PROP_TOKEN, Value.of(token));
  }

  /// Device: asks for the certificate that is to follow the one of its session.
  ///
  /// @param id named in the answer
  /// @param pem the request (PKCS #10)
  public static Message certificateRequest(String id, String pem) {
    return pem(NativeProtocol.TYPE_CSR, pem).withId(id);
  }

  /// Gateway: a new certificate, to be used from the next connect on.
  ///
  /// @param id of the request
  /// @param pem the certificates that the device is to show, its own first
  public static Message certificate(Optional<String> id, String pem) {
    return answer(pem(NativeProtocol.TYPE_CREDENTIAL, pem), id);
  }

  /// Gateway: there is no certificate for a request.
  ///
  /// @param id of the request
  /// @param reason a word, that of the problem which the API would answer with
  public static Message noCertificate(Optional<String> id, String reason) {
    return answer(
            Message.of(PROTO_CONTROL, NativeProtocol.TYPE_CREDENTIAL, Body.EMPTY)
                .withProp(NativeProtocol.PROP_STATUS, Value.of(ResultStatus.REJECTED.wireName())),
            id)
        .withProp(NativeProtocol.PROP_REASON, Value.of(reason));
  }

  private static Message pem(String type, String pem) {
    return Message.of(PROTO_CONTROL, type, Body.utf8(pem))
        .withContentType(NativeProtocol.CONTENT_TYPE_PEM);
  }

  private static Message answer(Message message, Optional<String> id) {
    return id.map(message::withId).orElse(message);
  }

  /// Either side: answer with a pong.
  public static Message ping() {
    return Message.of(PROTO_CONTROL, NativeProtocol.TYPE_PING, Body.EMPTY);
  }

  /// Either side: the answer to a ping.
  public static Message pong() {
    return Message.of(PROTO_CONTROL, NativeProtocol.TYPE_PONG, Body.EMPTY);
  }
}
