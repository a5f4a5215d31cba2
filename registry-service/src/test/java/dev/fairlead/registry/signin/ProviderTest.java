package dev.fairlead.registry.signin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A provider that takes its time.
class ProviderTest {

  private final CountDownLatch answering = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ProviderHttp http = new ProviderHttp();
  private HttpServer server;
  private Provider provider;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    String issuer = "http://127.0.0.1:" + server.getAddress().getPort();
    server.createContext(
        "/.well-known/openid-configuration", exchange -> answer(exchange, 200, discovery(issuer)));
    server.createContext("/token", this::refuseLater);
    server.start();
    provider =
        new Provider(
            new ProviderSettings(
                URI.create(issuer),
                "fairlead",
                Optional.empty(),
                List.of("openid"),
                URI.create(issuer + "/api/v1/sign-in/callback"),
                ClaimRules.none()),
            new KnownProvider(URI.create(issuer), http, InstantSource.system()),
            http);
  }

  @AfterEach
  void stop() {
    answering.countDown();
    http.close();
    server.stop(0);
    threads.close();
  }

  private static String discovery(String issuer) {
    return """
        {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token",\
        "jwks_uri":"%1$s/keys","response_types_supported":["code"],"subject_types_supported":["public"],\
        "id_token_signing_alg_values_supported":["ES256"]}"""
        .formatted(issuer);
  }

  private void refuseLater(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    try {
      answering.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
  }

  private static void answer(HttpExchange exchange, int status, String document)
      throws IOException {
    try (exchange) {
      byte[] bytes = document.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Identity redeem() throws Exception {
    return provider.redeem(Attempt.begin(Optional.empty(), "/"), "a-code");
  }

  @Test
  void isWaitedForByABoundedNumberAtATime() {
    // Given
    List<Future<Identity>> waiting = new ArrayList<>();
    for (int number = 0; number < ProviderBusyException.WAITING_MAX; number++) {
      waiting.add(threads.submit(this::redeem));
    }
    Awaitility.await().until(() -> asked.get() == ProviderBusyException.WAITING_MAX);

    // When
    assertThatThrownBy(this::redeem).isInstanceOf(ProviderBusyException.class);

    // Then
    assertThat(asked).hasValue(ProviderBusyException.WAITING_MAX);
    answering.countDown();
    assertThat(waiting)
        .allSatisfy(
            one ->
                assertThatThrownBy(one::get).hasCauseInstanceOf(Provider.RefusedException.class));
    assertThatThrownBy(this::redeem).isInstanceOf(Provider.RefusedException.class);
  }
}
