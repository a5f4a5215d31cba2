package dev.fairlead.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// One side could not do what a message asked (control, `error`). Its fields are a map in the
/// body, in the notation of the wire: MessagePack there, a JSON object here.
///
/// @param text what is wrong, for people (`err`)
/// @param close whether the sender closes the session it concerns
/// @param proto of the message it answers (`msgproto`)
/// @param type of the message it answers (`msgtype`)
/// @param id of the message it answers (`msgid`)
/// @param code 400 to 599, what HTTP would answer (`code`)
public record ControlError(
    String text,
    boolean close,
    OptionalInt proto,
    Optional<String> type,
    Optional<String> id,
    OptionalInt code) {

  private static final String KEY_TEXT = "err";
  private static final String KEY_CLOSE = "close";
  private static final String KEY_PROTO = "msgproto";
  private static final String KEY_TYPE = "msgtype";
  private static final String KEY_ID = "msgid";
  private static final String KEY_CODE = "code";
  private static final int CODE_MIN = 400;
  private static final int CODE_MAX = 599;

  /// An error that leaves the session open, about a message whose `props.id`, if it has one, is
  /// named.
  public static ControlError about(Header header, String text) {
    return new ControlError(
        text,
        false,
        OptionalInt.of(header.proto()),
        Optional.of(header.type()),
        header.textProp(NativeProtocol.PROP_ID),
        OptionalInt.empty());
  }

  /// This error with a code.
  ///
  /// @param number 400 to 599, what HTTP would answer
  public ControlError withCode(int number) {
    return new ControlError(text, close, proto, type, id, OptionalInt.of(number));
  }

  /// Reads the message; a field that is missing or of the wrong kind is empty, or false.
  ///
  /// @throws ProtocolException if the body is not a map in the notation of the codec
  public static ControlError from(Message message, MessageCodec codec) {
    Props.requireType(message.header(), NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_ERROR);
    Map<String, Value> fields =
        codec
            .decodeValue(message.body())
            .asMap()
            .orElseThrow(() -> ProtocolException.malformed("the body of an error is no map"));
    return new ControlError(
        text(fields, KEY_TEXT).orElse(""),
        field(fields, KEY_CLOSE).flatMap(Value::asBool).orElse(false),
        number(fields, KEY_PROTO, 0, NativeProtocol.PROTO_MAX),
        text(fields, KEY_TYPE),
        text(fields, KEY_ID),
        number(fields, KEY_CODE, CODE_MIN, CODE_MAX));
  }

  /// The message that carries it on the wire of the codec.
  public Message toMessage(MessageCodec codec) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put(KEY_TEXT, Value.of(text));
    fields.put(KEY_CLOSE, Value.of(close));
    proto.ifPresent(number -> fields.put(KEY_PROTO, new Value.Int(number, IntFormat.UINT16)));
    type.ifPresent(name -> fields.put(KEY_TYPE, Value.of(name)));
    id.ifPresent(name -> fields.put(KEY_ID, Value.of(name)));
    code.ifPresent(number -> fields.put(KEY_CODE, new Value.Int(number, IntFormat.UINT16)));
    return Message.of(
        NativeProtocol.PROTO_CONTROL,
        NativeProtocol.TYPE_ERROR,
        codec.encodeValue(Value.of(fields)));
  }

  private static Optional<Value> field(Map<String, Value> fields, String key) {
    return Optional.ofNullable(fields.get(key));
  }

  private static Optional<String> text(Map<String, Value> fields, String key) {
    return field(fields, key).flatMap(Value::asText);
  }

  private static OptionalInt number(Map<String, Value> fields, String key, int min, int max) {
    return field(fields, key).stream()
        .flatMapToLong(value -> value.asLong().stream())
        .filter(number -> number >= min && number <= max)
        .mapToInt(number -> (int) number)
        .findFirst();
  }
}
