package dev.fairlead.endtoend.examples;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Authority;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.TestDevice;
import java.time.Duration;
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

  /// A key that is nobody's.
  static final String WRONG_KEY = "fl_nobody";

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Cluster cluster;
  private final Http http;
  private final String viewerKey;
  private final String tenant = "world-" + COUNT.incrementAndGet();
  private final Map<String, String> ids = new HashMap<>();
  private final Map<String, String> real = new HashMap<>();
  private final List<TestDevice> connected = new ArrayList<>();
  private Optional<TestDevice> pump = Optional.empty();
  private Optional<String> token = Optional.empty();
  private Optional<Session> session = Optional.empty();
  private Optional<Authority> authority = Optional.empty();

  /// The ports of services that this world has in place of the usual ones.
  private final Map<String, Integer> ports = new HashMap<>();

  private String address = Http.USUAL;
  private final List<Runnable> endings = new ArrayList<>();

  /// The session of a browser.
  record Session(String cookie, String csrfToken) {}

  /// @param viewerKey of the default tenant, that may only look
  World(Cluster cluster, Http http, String viewerKey) {
    this.cluster = cluster;
    this.http = http;
    this.viewerKey = viewerKey;
    removeAcme();
    real.put("API key", viewerKey);
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
    Integer own = ports.get(service);
    if (own != null) {
      return own;
    }
    return switch (service) {
      case "registry" -> registryPort();
      case "command" -> cluster.command().httpPort();
      case "gateway" -> cluster.gatewayA().httpPort();
      default -> throw new IllegalArgumentException("no such service: " + service);
    };
  }

  /// From now on the service is this one.
  void goThrough(String service, int port) {
    ports.put(service, port);
  }

  /// From now on requests come from this address.
  void comesFrom(String another) {
    address = another;
  }

  String address() {
    return address;
  }

  /// What is to be done at the end of this world.
  void atTheEnd(Runnable ending) {
    endings.add(ending);
  }

  String viewerKey() {
    return viewerKey;
  }

  /// From now on there is a session.
  void signedIn(Session opened) {
    session = Optional.of(opened);
  }

  /// @throws IllegalStateException when nobody has signed in
  Session session() {
    return session.orElseThrow(
        () -> new IllegalStateException("the example needs 'a session' given"));
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

  /// The id that from now on is that in paths below the segment.
  void named(String segment, String id) {
    ids.put(segment, id);
  }

  /// What bodies hold that no example can tell, such as a key; empty if there is none here.
  Optional<String> real(String what) {
    return Optional.ofNullable(real.get(what));
  }

  /// From now on bodies may hold this.
  void has(String what, String text) {
    real.put(what, text);
  }

  /// The authority that the tenant brings; made at the first call.
  Authority authority() {
    Authority brought = authority.orElseGet(Authority::make);
    authority = Optional.of(brought);
    return brought;
  }

  /// A document of the tenant of this world.
  JsonNode read(int port, String at) {
    return cluster.api().get(port, at, Map.of("Fairlead-Tenant", tenant)).body();
  }

  /// Removes something that belongs to no tenant; it may be gone already.
  void remove(String at) {
    cluster.api().delete(registryPort(), at);
  }

  Http.Answer send(Http.Request request) {
    return http.send(request);
  }

  /// Connects a device until the end of this world.
  void connect(TestDevice device, int port) {
    connected.add(device);
    device.connect(port).join();
  }

  /// An example before may have left the tenant that the examples speak of. What is left of its
  /// audit would keep the id.
  private void removeAcme() {
    String acme = "/api/v1/tenants/" + ACME;
    cluster.api().delete(registryPort(), acme + "?devices=delete");
    await().atMost(PATIENCE).until(() -> cluster.api().get(registryPort(), acme).status() == 404);
    Tables.run(this, "delete from registry.former_tenant where id = '" + ACME + "'");
  }

  @Override
  public void close() {
    connected.forEach(TestDevice::cut);
    endings.forEach(Runnable::run);
  }
}
