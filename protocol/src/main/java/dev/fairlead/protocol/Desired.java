package dev.fairlead.protocol;

import java.util.Optional;
import java.util.OptionalLong;

/// What a device is to be like (proto 258, `desired`).
///
/// @param version of the state, from 1; what a device has is superseded by a greater one alone
/// @param base the version that the body is a JSON merge patch of; empty where the body is the
///     whole state
/// @param body JSON, an object
public record Desired(long version, OptionalLong base, Body body) {

  /// Reads the message.
  ///
  /// @throws ProtocolException if there is no `version` from 1 on, or a patch without a `base`
  public static Desired from(Message message) {
    Header header = message.header();
    Props.requireType(header, NativeProtocol.PROTO_TWIN, NativeProtocol.TYPE_DESIRED);
    long version = Props.integer(header, NativeProtocol.PROP_VERSION);
    if (version < 1) {
      throw ProtocolException.malformed("a desired state has a version from 1 on");
    }
    boolean whole =
        header.textProp(NativeProtocol.PROP_FORM).equals(Optional.of(NativeProtocol.FORM_WHOLE));
    return new Desired(
        version,
        whole
            ? OptionalLong.empty()
            : OptionalLong.of(Props.integer(header, NativeProtocol.PROP_BASE)),
        message.body());
  }

  /// The message that carries it.
  public Message toMessage() {
    Message message =
        Message.of(NativeProtocol.PROTO_TWIN, NativeProtocol.TYPE_DESIRED, body)
            .withProp(NativeProtocol.PROP_VERSION, Value.of(version))
            .withProp(
                NativeProtocol.PROP_FORM,
                Value.of(base.isPresent() ? NativeProtocol.FORM_PATCH : NativeProtocol.FORM_WHOLE));
    return base.isPresent()
        ? message.withProp(NativeProtocol.PROP_BASE, Value.of(base.getAsLong()))
        : message;
  }
}
