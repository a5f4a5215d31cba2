package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.TestDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// What one example finds: a tenant of its own, and what has been made there for it.
final class World implements AutoCloseable {

  /// The tenant that the examples of tenants speak of; each world begins without it.
  static final String ACME = "acme";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Cluster cluster;
  private final String tenant = "world-" + COUNT.incrementAndGet();
  private final Map<String, String> ids = new HashMap<>();
  private final List<TestDevice> connected = new ArrayList<>();
  private Optional<TestDevice> pump = Optional.empty();
  private Optional<String> token = Optional.empty();
  private Optional<Integer> gatewayPort = Optional.empty();

  World(Cluster cluster) {
    this.cluster = cluster;
    removeAcme();
    create(registryPort(), "/api/v1/tenants", "{\"id\":\"" + tenant + "\"}", Map.of());
  }

  Cluster cluster() {
    return cluster;
  }

  String tenant() {
    return tenant;
  }

  int registryPort() {
    return cluster.registry().httpPort();
  }

  /// The port of the service that an operation belongs to.
  int portOf(String service) {
    return switch (service) {
      case "registry" -> registryPort();
      case "command" -> cluster.command().httpPort();
      case "gateway" -> gatewayPort.orElse(cluster.gatewayA().httpPort());
      default -> throw new IllegalArgumentException("no such service: " + service);
    };
  }

  /// From now on the gateway is this one.
  void goThrough(int port) {
    gatewayPort = Optional.of(port);
  }

  /// The id of what was made last below a segment of a path, such as `commands`.
  Optional<String> idBelow(String segment) {
    return Optional.ofNullable(ids.get(segment));
  }

  /// The token of the device that was made last.
  ///
  /// @throws IllegalStateException when none was
  String token() {
    return token.orElseThrow(() -> new IllegalStateException("the example needs 'a device' given"));
  }

  /// Makes something in the tenant of this world.
  JsonNode create(int port, String at, String body) {
    return create(port, at, body, Map.of("Fairlead-Tenant", tenant));
  }

  /// Makes something.
  JsonNode create(int port, String at, String body, Map<String, String> headers) {
    Api.Answer answer = cluster.api().post(port, at, body, headers);
    if (answer.status() / 100 != 2) {
      throw new IllegalStateException("POST " + at + " " + body + ": " + answer);
    }
    return answer.body();
  }

  /// Makes the device of the examples, and remembers its token.
  TestDevice device(String document) {
    JsonNode made = create(registryPort(), "/api/v1/devices", document);
    String itsToken = made.path("token").asText();
    token = Optional.of(itsToken);
    return cluster.device(made.path("id").asText(), itsToken);
  }

  /// The device that the examples speak of; made at the first call.
  TestDevice theDevice(Supplier<TestDevice> maker) {
    TestDevice device = pump.orElseGet(maker);
    pump = Optional.of(device);
    return device;
  }

  /// The id of what was made, which from now on is that in paths below the segment.
  String named(String segment, JsonNode made) {
    String id = made.path("id").asText();
    ids.put(segment, id);
    return id;
  }

  /// A document of the tenant of this world.
  JsonNode read(int port, String at) {
    return cluster.api().get(port, at, Map.of("Fairlead-Tenant", tenant)).body();
  }

  /// Connects a device until the end of this world.
  void connect(TestDevice device, int port) {
    connected.add(device);
    device.connect(port).join();
  }

  /// An example before may have left the tenant that the examples speak of.
  private void removeAcme() {
    Map<String, String> there = Map.of("Fairlead-Tenant", ACME);
    cluster.api().delete(registryPort(), "/api/v1/devices/pump-17", there);
    cluster.api().delete(registryPort(), "/api/v1/tenants/" + ACME);
  }

  @Override
  public void close() {
    connected.forEach(TestDevice::cut);
  }
}
