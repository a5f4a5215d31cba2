package dev.fairlead.endtoend.harness;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Two gateways for balancers in front: each at an address of the loopback of its own, all at the
/// same ports, as containers are, and under one name.
public final class EdgeCluster implements AutoCloseable {

  /// What people call the edge.
  public static final String APP = "app.edge.test";

  /// What devices call it whose TLS is passed on.
  public static final String DEVICES = "devices.edge.test";

  /// A name that leads to the edge and that it knows nothing of.
  public static final String OTHER = "other.edge.test";

  private static final List<String> ADDRESSES = List.of("127.0.31.1", "127.0.31.2");

  private final Path directory;
  private final Cluster cluster;
  private final NameServer names = new NameServer();
  private final List<ServiceJar> gateways = new ArrayList<>();
  private final List<HttpServer> healths = new ArrayList<>();
  private final Set<String> drained = ConcurrentHashMap.newKeySet();
  private final int httpPort = Ports.free();
  private final int devicesPort = Ports.free();
  private final int healthPort = Ports.free();

  /// @param directory for keys, logs and the balancers' secrets
  public EdgeCluster(Path directory) {
    this.directory = directory;
    makeCertificates();
    this.cluster = new Cluster(directory, ServiceJar.Tuning.PRODUCTION);
    names.with("gateway.edge.test", ADDRESSES.toArray(String[]::new));
    for (String name : List.of(APP, DEVICES, OTHER)) {
      names.with(name, "127.0.0.1");
    }
    for (int i = 0; i < ADDRESSES.size(); i++) {
      startGateway("edge-" + (i + 1), ADDRESSES.get(i));
    }
  }

  private void makeCertificates() {
    OpenSsl openSsl = new OpenSsl(directory);
    openSsl.server("server", "DNS:" + APP);
    openSsl.server("gateway", "DNS:" + DEVICES);
    try {
      // HAProxy finds the key beside the certificate.
      Files.copy(directory.resolve("server.key"), directory.resolve("server.pem.key"));
      Files.copy(directory.resolve("server.pem"), directory.resolve("ca.pem"));
      String _ =
          Files.writeString(
                  trust(),
                  Files.readString(directory.resolve("server.pem"))
                      + Files.readString(directory.resolve("gateway.pem")))
              .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startGateway(String name, String address) {
    ServiceJar gateway =
        cluster.startGateway(
            name,
            Map.of(
                "FAIRLEAD_GATEWAY_NAME",
                name,
                "FAIRLEAD_HTTP_HOST",
                address,
                "FAIRLEAD_HTTP_PORT",
                Integer.toString(httpPort),
                "FAIRLEAD_TLS_PORT",
                Integer.toString(devicesPort),
                "FAIRLEAD_TLS_CERTIFICATE_FILE",
                directory.resolve("gateway.pem").toString(),
                "FAIRLEAD_TLS_KEY_FILE",
                directory.resolve("gateway.key").toString(),
                "FAIRLEAD_TLS_PROXY_PROTOCOL",
                "true",
                "FAIRLEAD_PROXY_ADDRESSES",
                "127.0.0.1"));
    gateways.add(gateway);
    healths.add(health(gateway, name, address));
  }

  /// Management ports are of a whole machine, so each address has one that asks the gateway's.
  private HttpServer health(ServiceJar gateway, String name, String address) {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(address, healthPort), 0);
      server.createContext(
          "/health/ready",
          exchange -> {
            exchange.sendResponseHeaders(
                drained.contains(name) ? 404 : gateway.status("/health/ready"), -1);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Has the balancers believe that a gateway drains, although it keeps its devices.
  public void drain(String gateway) {
    drained.add(gateway);
  }

  /// The end of [#drain].
  public void refill(String gateway) {
    drained.remove(gateway);
  }

  /// The certificates that devices trust.
  public Path trust() {
    return directory.resolve("trust.pem");
  }

  /// What both gateways hold on their heaps once all garbage is collected.
  public long liveHeapBytes() {
    return gateways.stream().mapToLong(gateway -> HeapDump.liveBytes(gateway.pid())).sum();
  }

  public Cluster cluster() {
    return cluster;
  }

  public NameServer names() {
    return names;
  }

  /// A balancer in front of both gateways.
  public Haproxy edge(Haproxy.Shape shape) {
    return edge(shape, "127.0.0.1", Ports.free());
  }

  /// The same at an address of the loopback and a port.
  public Haproxy edge(Haproxy.Shape shape, String address, int port) {
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_EDGE_SECRETS", directory.toString());
    environment.put("FAIRLEAD_EDGE_FILES_MAX", "20000");
    environment.put("FAIRLEAD_EDGE_NAMESERVER", names.place());
    environment.put("FAIRLEAD_EDGE_DOMAIN", ".edge.test");
    environment.put("FAIRLEAD_EDGE_HTTP_PORT", Integer.toString(httpPort));
    environment.put("FAIRLEAD_EDGE_DEVICES_PORT", Integer.toString(devicesPort));
    environment.put("FAIRLEAD_EDGE_HEALTH_PORT", Integer.toString(healthPort));
    environment.put("FAIRLEAD_DEVICE_NAME", DEVICES);
    return Haproxy.start(shape, address, port, environment, directory)
        .awaitServers(shape.devices(), ADDRESSES.size())
        .awaitServers("gateway", ADDRESSES.size());
  }

  @Override
  public void close() {
    healths.forEach(server -> server.stop(0));
    cluster.close();
    names.close();
  }
}
