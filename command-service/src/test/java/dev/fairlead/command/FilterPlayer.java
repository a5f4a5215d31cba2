package dev.fairlead.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Plays the one operation of the registry by which filters are answered, with pages of two
/// devices. The real one stands in for it in the end-to-end tests.
final class FilterPlayer implements AutoCloseable {

  private static final Pattern FILTER = Pattern.compile("[?&]filter=([^&]*)");
  private static final Pattern CURSOR = Pattern.compile("[?&]cursor=(\\d+)");
  private static final int PAGE = 2;
  private static final int MANY = 6000;

  private final HttpServer server;
  private final Map<String, List<DeviceKey>> devices = new ConcurrentHashMap<>();
  private final List<String> callers = new CopyOnWriteArrayList<>();

  FilterPlayer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/devices", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  void meets(String filter, List<DeviceKey> them) {
    devices.put(filter, them);
  }

  /// How those who asked named themselves.
  List<String> callers() {
    return List.copyOf(callers);
  }

  private void answer(HttpExchange exchange) throws IOException {
    callers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    String query = exchange.getRequestURI().getRawQuery();
    Matcher filter = FILTER.matcher("?" + query);
    String text = filter.find() ? URLDecoder.decode(filter.group(1), StandardCharsets.UTF_8) : "";
    Matcher cursor = CURSOR.matcher("?" + query);
    int from = cursor.find() ? Integer.parseInt(cursor.group(1)) : 0;
    switch (text) {
      case "wrong" -> reply(exchange, 400, new JsonObject().put("detail", "a word is wrong"));
      case "slow" -> reply(exchange, 422, new JsonObject().put("detail", "narrow it"));
      case "many" -> reply(exchange, 200, many());
      case "away" -> reply(exchange, 503, new JsonObject());
      default -> reply(exchange, 200, page(devices.getOrDefault(text, List.of()), from));
    }
  }

  private static JsonObject many() {
    JsonArray items = new JsonArray();
    for (int number = 0; number < MANY; number++) {
      items.add(new JsonObject().put("id", "d" + number));
    }
    return new JsonObject().put("items", items).put("next", "1");
  }

  private static JsonObject page(List<DeviceKey> all, int from) {
    JsonArray items = new JsonArray();
    int to = Math.min(all.size(), from + PAGE);
    all.subList(from, to)
        .forEach(device -> items.add(new JsonObject().put("id", device.device().value())));
    return new JsonObject()
        .put("items", items)
        .put("next", to == all.size() ? null : Integer.toString(to));
  }

  private static void reply(HttpExchange exchange, int status, JsonObject document)
      throws IOException {
    byte[] bytes = document.encode().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
