package dev.fairlead.runtime.http;

import static java.util.Objects.requireNonNull;

import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/// The interface of `test/openapi.yaml` on a free port of the loopback, and a client of it.
final class ApiFixture implements AutoCloseable {
  static final String CONTRACT = "test/openapi.yaml";
  static final int BODY_BYTES_MAX = 4096;

  private static final Map<String, Principal> KEYS =
      Map.of(
          "viewer", new Principal("key-1", "blue", Role.VIEWER),
          "keeper", new Principal("key-3", "blue", Role.ADMIN, Optional.of("night")),
          "platform", new Principal("key-2", "default", Role.PLATFORM));

  final MeterRegistry meters = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final WebClient client;

  record NewThing(String name, OptionalInt count, Optional<Map<String, Object>> inner) {}

  record Thing(String id, String tenant) {}

  ApiFixture(ApiSettings settings, Operation thing) {
    this(settings, thing, _ -> ApiResponse.noContent());
  }

  ApiFixture(ApiSettings settings, Operation thing, Operation deletion) {
    ApiRouter router =
        bound(ApiRouter.load(vertx, CONTRACT, settings).await(), thing, deletion)
            .build(this::stillGood, this::record, new Problems(meters), meters);
    server = HttpServers.listen(vertx, HttpServerSettings.of("127.0.0.1", 0), router).await();
    client =
        WebClient.create(
            vertx,
            new WebClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(server.actualPort()));
  }

  /// Keys that open nothing any more.
  final Set<String> takenBack = ConcurrentHashMap.newKeySet();

  private Optional<Principal> stillGood(String key) {
    return takenBack.contains(key) ? Optional.empty() : Optional.ofNullable(KEYS.get(key));
  }

  int port() {
    return server.actualPort();
  }

  /// What the audit was told, in order.
  final List<AuditEntry> audit = new CopyOnWriteArrayList<>();

  /// Whether the audit takes nothing.
  final AtomicBoolean auditAway = new AtomicBoolean();

  private Future<Void> record(AuditEntry entry) {
    if (auditAway.get()) {
      return Future.failedFuture("the audit is away");
    }
    audit.add(entry);
    return Future.succeededFuture();
  }

  static ApiRouter.Builder bound(ApiRouter.Builder builder, Operation thing) {
    return bound(builder, thing, _ -> ApiResponse.noContent());
  }

  private static ApiRouter.Builder bound(
      ApiRouter.Builder builder, Operation thing, Operation deletion) {
    return builder
        .groups(
            (tenant, group, device) ->
                tenant.equals("blue") && group.equals("night") && device.equals("lamp"))
        .operation("open", _ -> ApiResponse.ok(Map.of("open", true)))
        .operation("knock", deletion)
        .operation("claim", deletion)
        .operation("listThings", ApiFixture::list)
        .operation("createThing", ApiFixture::create)
        .operation("thing", thing)
        .operation("deleteThing", _ -> ApiResponse.noContent())
        .operation("purgeThings", deletion)
        .operation(
            "putContent", request -> ApiResponse.ok(Map.of("size", request.bodyBytes().length)));
  }

  static ApiResponse echo(ApiRequest request) {
    return ApiResponse.ok(new Thing(request.path("id"), request.tenant()));
  }

  private static ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    List<String> items =
        paging.after(1).isPresent()
            ? List.of("c")
            : List.of("a", "b", "c").subList(0, Math.min(3, paging.limit() + 1));
    return ApiResponse.ok(paging.page(items, List::of))
        .withHeader("Tags", String.join("|", request.queryAll("tag")));
  }

  private static ApiResponse create(ApiRequest request) {
    NewThing thing = request.body(NewThing.class);
    return ApiResponse.created("/api/v1/things/" + thing.name(), thing);
  }

  static ApiSettings settings() {
    ApiSettings defaults = ApiSettings.of("test");
    return new ApiSettings("test", BODY_BYTES_MAX, defaults.requestsMax(), defaults.timeout());
  }

  HttpRequest<Buffer> request(HttpMethod method, String path) {
    return client.request(method, path).putHeader("Authorization", "Bearer viewer");
  }

  HttpRequest<Buffer> anonymous(HttpMethod method, String path) {
    return client.request(method, path);
  }

  HttpResponse<Buffer> get(String path) {
    return request(HttpMethod.GET, path).send().await();
  }

  HttpResponse<Buffer> post(String path, String json) {
    return request(HttpMethod.POST, path)
        .putHeader("Content-Type", "application/json; charset=utf-8")
        .sendBuffer(Buffer.buffer(json))
        .await();
  }

  /// The body of an answer that must have one.
  static JsonObject json(HttpResponse<Buffer> response) {
    return requireNonNull(response.bodyAsJsonObject());
  }

  /// The type of the problem that an answer tells, without the base of the URI.
  static String slug(HttpResponse<Buffer> response) {
    JsonObject body = json(response);
    if (!"application/problem+json".equals(response.getHeader("Content-Type"))
        || body.getInteger("status") != response.statusCode()) {
      throw new AssertionError("not a problem document: " + response.bodyAsString());
    }
    return body.getString("type").replace("https://fairlead.dev/problems/", "");
  }

  @Override
  public void close() {
    client.close();
    vertx.close().await();
  }
}
