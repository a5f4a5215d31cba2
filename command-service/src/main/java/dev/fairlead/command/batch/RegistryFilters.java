package dev.fairlead.command.batch;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks the registry which devices meet a filter, in the name of the caller: what the caller may
/// not see there is not found.
public final class RegistryFilters {

  private static final int PAGE = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final int OK = 200;

  private final HttpClient client;
  private final URI registry;

  /// @param registry where its interface is
  public RegistryFilters(Vertx vertx, URI registry) {
    this.client = vertx.createHttpClient();
    this.registry = registry;
  }

  /// What of a page matters.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Page(List<Item> items, @Nullable String next) {

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Item(String id) {}
  }

  /// What of a problem is passed on.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Refusal(@Nullable String detail) {}

  /// In whose name is asked.
  ///
  /// @param key or token
  /// @param tenant in which
  record Asker(Secret key, String tenant) {}

  /// The ids of the devices that meet a filter, in the registry's order.
  ///
  /// @param max of so many at the most
  /// @return fails with `validation-failed` for a filter that is wrong or that more devices meet,
  ///     `filter-too-slow`, or `unavailable` when the registry does not answer
  Future<List<String>> devices(String filter, Asker asker, int max) {
    MultiMap headers =
        MultiMap.caseInsensitiveMultiMap()
            .add("Authorization", "Bearer " + asker.key().reveal())
            .add(ApiRequest.TENANT_HEADER, asker.tenant());
    return page(filter, headers, max, new ArrayList<>(), null);
  }

  private Future<List<String>> page(
      String filter, MultiMap caller, int max, List<String> found, @Nullable String cursor) {
    String path =
        "/api/v1/devices?limit="
            + PAGE
            + "&filter="
            + encoded(filter)
            + (cursor == null ? "" : "&cursor=" + encoded(cursor));
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(registry.resolve(path).toString())
                .setHeaders(caller)
                .setTimeout(PATIENCE.toMillis()))
        .compose(RegistryFilters::answered)
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            cause -> Future.failedFuture(cause instanceof ProblemException ? cause : unavailable()))
        .compose(
            page -> {
              page.items().forEach(item -> found.add(item.id()));
              if (found.size() > max) {
                return Future.failedFuture(wrong("more than " + max + " devices meet it"));
              }
              return page.next() == null
                  ? Future.succeededFuture(found)
                  : page(filter, caller, max, found, page.next());
            });
  }

  /// Listens from the moment in which the answer comes: whoever is late hears nothing of it.
  private static Future<Page> answered(HttpClientRequest request) {
    return request.send().compose(answer -> answer.body().compose(body -> read(answer, body)));
  }

  private static Future<Page> read(HttpClientResponse answer, Buffer body) {
    if (answer.statusCode() == OK) {
      return Future.succeededFuture(Json.read(body.getBytes(), Page.class));
    }
    return Future.failedFuture(
        switch (answer.statusCode()) {
          case 400 -> wrong(detail(body));
          case 422 -> Problem.of(ProblemType.FILTER_TOO_SLOW, detail(body)).exception();
          default -> unavailable();
        });
  }

  private static String detail(Buffer body) {
    @Nullable String detail = Json.read(body.getBytes(), Refusal.class).detail();
    return detail == null ? "the registry does not take it" : detail;
  }

  private static ProblemException wrong(String message) {
    return CommandProblems.invalid("/filter", message);
  }

  private static ProblemException unavailable() {
    return Problem.of(
            ProblemType.UNAVAILABLE, "The registry, which knows filters, does not answer now.")
        .retryAfter(RETRY_AFTER)
        .exception();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /// Gives the connections back.
  public Future<Void> close() {
    return client.close();
  }
}
