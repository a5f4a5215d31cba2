package dev.fairlead.endtoend.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Says of itself what an identity provider does (OpenID Connect Discovery 1.0), and lets nobody
/// in: enough to be sent to. Whole sign-ins are tested against a real one.
public final class ProviderStub implements AutoCloseable {

  private static final String BASIC = "Basic ";

  private final HttpServer server;
  private final List<String> credentials = new CopyOnWriteArrayList<>();

  private ProviderStub(HttpServer server) {
    this.server = server;
  }

  public static ProviderStub start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      ProviderStub stub = new ProviderStub(server);
      server.createContext(
          "/.well-known/openid-configuration", exchange -> answer(exchange, stub.discovery()));
      server.createContext("/keys", exchange -> answer(exchange, "{\"keys\":[]}"));
      server.createContext("/token", stub::refuse);
      server.start();
      return stub;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /// What clients have shown who came with a code, decoded.
  public List<String> credentials() {
    return List.copyOf(credentials);
  }

  private void refuse(HttpExchange exchange) throws IOException {
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    if (shown != null && shown.startsWith(BASIC)) {
      credentials.add(
          new String(Base64.getDecoder().decode(shown.substring(BASIC.length())), UTF_8));
    }
    answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
  }

  private String discovery() {
    return """
        {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token",\
        "jwks_uri":"%1$s/keys","response_types_supported":["code"],"subject_types_supported":["public"],\
        "id_token_signing_alg_values_supported":["ES256"]}"""
        .formatted(issuer());
  }

  private static void answer(HttpExchange exchange, String document) throws IOException {
    answer(exchange, 200, document);
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

  @Override
  public void close() {
    server.stop(0);
  }
}
