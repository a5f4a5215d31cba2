package dev.fairlead.protocol;

import java.util.Optional;

/// The two notations of the native protocol, chosen by the WebSocket subprotocol.
public enum WireFormat {
  /// Binary frames.
  MESSAGE_PACK(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK),
  /// Text frames.
  JSON(NativeProtocol.SUBPROTOCOL_JSON);

  private final String subprotocol;

  WireFormat(String subprotocol) {
    this.subprotocol = subprotocol;
  }

  /// The format of a subprotocol, by its exact name.
  public static Optional<WireFormat> ofSubprotocol(String name) {
    for (WireFormat format : values()) {
      if (format.subprotocol.equals(name)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /// The name in `Sec-WebSocket-Protocol`.
  public String subprotocol() {
    return subprotocol;
  }

  /// Whether its frames are binary; else they are text.
  public boolean isBinary() {
    return this == MESSAGE_PACK;
  }

  /// A codec of this format, to be shared by all connections.
  public MessageCodec codec(ProtocolLimits limits) {
    return switch (this) {
      case MESSAGE_PACK -> new MessagePackCodec(limits);
      case JSON -> new JsonCodec(limits);
    };
  }
}
