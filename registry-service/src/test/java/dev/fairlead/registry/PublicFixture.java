package dev.fairlead.registry;

import dev.fairlead.registry.signin.SessionRules;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.http.PublicSite;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// A registry behind a server whose address is known before the registry starts, as a launcher or a
/// proxy has it.
final class PublicFixture implements AutoCloseable {

  /// All browsers of the tests come from one address, and many are refused.
  private static final FailureLimit.Rule MANY =
      new FailureLimit.Rule(1_000, Duration.ofMinutes(5), 64);

  private final Vertx vertx = Vertx.vertx();
  private final URI site;
  private final RegistryFixture registry;

  /// Only API keys open sessions.
  PublicFixture() {
    this(
        site ->
            new SignInSettings(
                new PublicSite(Optional.of(site)), SessionRules.defaults(), Optional.empty()));
  }

  /// @param signIn the settings for an address
  PublicFixture(Function<URI, SignInSettings> signIn) {
    Front front = new Front();
    HttpServer server =
        RegistryFixture.await(
            HttpServers.listen(vertx, HttpServerSettings.of("127.0.0.1", 0), front));
    this.site = URI.create("http://127.0.0.1:" + server.actualPort());
    SignInSettings settings = signIn.apply(site);
    this.registry =
        new RegistryFixture(
            config -> config.withSignIn(settings).withApi(config.api().withSignIns(MANY)));
    front.opened = registry.handler();
  }

  /// Hands requests on, once there is somebody to take them.
  private static final class Front implements Handler<HttpServerRequest> {
    private volatile Handler<HttpServerRequest> opened =
        request -> request.response().setStatusCode(503).end();

    @Override
    public void handle(HttpServerRequest request) {
      opened.handle(request);
    }
  }

  URI site() {
    return site;
  }

  RegistryFixture registry() {
    return registry;
  }

  Browser browser() {
    return new Browser(site);
  }

  @Override
  public void close() {
    registry.close();
    RegistryFixture.await(vertx.close());
  }
}
