package dev.fairlead.registry.signin;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;

/// Speaks HTTP with the provider, for the library that knows what to say. Follows no redirects, and
/// takes no more than a bounded answer.
///
/// Its methods block, so they are called on the virtual threads of requests, of which a bounded
/// number may wait here and which are interrupted when the request has taken too long.
final class ProviderHttp implements HTTPRequestSender, ResourceRetriever, AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long ANSWER_BYTES_MAX = 1 << 20;

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  @Override
  public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.getURI())
            .timeout(TIMEOUT)
            .method(
                request.getMethod().name(),
                Optional.ofNullable(request.getBody())
                    .map(HttpRequest.BodyPublishers::ofString)
                    .orElseGet(HttpRequest.BodyPublishers::noBody));
    request
        .getHeaderMap()
        .forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
    HttpResponse<String> answer = send(builder.build());
    HTTPResponse response = new HTTPResponse(answer.statusCode());
    answer
        .headers()
        .map()
        .forEach((name, values) -> response.setHeader(name, values.toArray(String[]::new)));
    response.setBody(answer.body());
    return response;
  }

  /// A document, such as the provider's keys.
  @Override
  public Resource retrieveResource(URL url) throws IOException {
    HttpResponse<String> answer =
        send(HttpRequest.newBuilder(URI.create(url.toString())).timeout(TIMEOUT).build());
    if (answer.statusCode() != 200) {
      throw new IOException("the provider answered " + answer.statusCode() + " for " + url);
    }
    return new Resource(
        answer.body(), answer.headers().firstValue("Content-Type").orElse("application/json"));
  }

  /// A document as text.
  String document(URI address) throws IOException {
    return retrieveResource(address.toURL()).getContent();
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the request took too long");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
