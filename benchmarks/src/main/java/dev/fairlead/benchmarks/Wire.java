package dev.fairlead.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/// What the devices of a load and their server say to each other over a WebSocket. Without state:
/// one serves all devices.
interface Wire {

  /// The telemetry of an event has so many bytes.
  int EVENT_BYTES = 150;

  /// Told to the device by what its server says.
  interface Heard {

    /// The server knows who the device is.
    void greeted();

    /// The server has taken an event.
    ///
    /// @param remainder of the event's number, divided by [#REMAINDERS]
    void acknowledged(int remainder);
  }

  /// No more than so many events of a device are under way.
  int REMAINDERS = 1_024;

  /// Where the server takes WebSockets.
  String path();

  /// What is asked for in the handshake.
  Optional<String> subprotocol();

  /// What goes along with the handshake.
  ///
  /// @param credential that tells the device from others
  default HttpHeaders headers(String credential) {
    return new DefaultHttpHeaders();
  }

  /// What a device says first; it may have been greeted by the handshake already.
  Optional<ByteBuf> opening(String credential, Heard heard);

  /// Some telemetry that is to be acknowledged.
  ByteBuf event(long number);

  /// What a device says every 25 seconds when the server leaves that to it.
  default Optional<ByteBuf> beat() {
    return Optional.empty();
  }

  /// Takes what the server said.
  void read(ByteBuf said, Heard heard);
}
