package dev.fairlead.benchmarks;

import io.netty.handler.ssl.SslContext;
import java.util.Optional;

/// Where the devices of a load connect to on this machine, and what they speak.
///
/// @param tls what a device trusts; empty without TLS
record Endpoint(int port, Wire wire, Optional<SslContext> tls) {

  static final String HOST = "127.0.0.1";

  static Endpoint plain(int port, Wire wire) {
    return new Endpoint(port, wire, Optional.empty());
  }

  /// The port of a gateway without TLS.
  static Endpoint gateway(int port) {
    return plain(port, new NativeWire());
  }

  String url() {
    return (tls.isPresent() ? "wss" : "ws") + "://" + HOST + ":" + port + wire.path();
  }
}
