package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.OpenSsl;
import dev.fairlead.endtoend.harness.Ports;
import dev.fairlead.endtoend.harness.ServiceJar;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Our own, among the servers that are measured.
final class Gateways {

  /// How they are chosen on the command line.
  static final String NAME = "gateway";

  private Gateways() {}

  static Server plain(ServiceJar gateway) {
    return server(NAME, gateway, Endpoint.gateway(gateway.httpPort()));
  }

  /// Another gateway, in which TLS ends.
  ///
  /// @param directory for its key and certificate
  static Server withTls(Cluster cluster, Path directory) {
    new OpenSsl(directory).server("gateway");
    Path certificate = directory.resolve("gateway.pem");
    int port = Ports.free();
    ServiceJar gateway =
        cluster.startGateway(
            "gateway-tls",
            Map.of(
                "FAIRLEAD_TLS_CERTIFICATE_FILE", certificate.toString(),
                "FAIRLEAD_TLS_KEY_FILE", directory.resolve("gateway.key").toString(),
                "FAIRLEAD_TLS_PORT", Integer.toString(port)));
    try {
      return server(
          NAME + ", with TLS",
          gateway,
          new Endpoint(
              port,
              new NativeWire(),
              Optional.of(
                  SslContextBuilder.forClient().trustManager(certificate.toFile()).build())));
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Server server(String name, ServiceJar gateway, Endpoint endpoint) {
    return new Server(name, new ServerProcess(gateway.pid()), true, endpoint);
  }
}
