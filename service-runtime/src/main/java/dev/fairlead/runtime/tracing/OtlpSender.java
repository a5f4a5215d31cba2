package dev.fairlead.runtime.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Consumer;

/// Sends batches of spans with the client of the JDK. A batch that is not taken is not sent again:
/// the next one is more worth it.
final class OtlpSender implements HttpSender {

  private static final byte[] NOTHING = new byte[0];

  private final HttpSenderConfig config;
  private final HttpClient client;

  OtlpSender(HttpSenderConfig config) {
    this.config = config;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.getConnectTimeout())
            .build();
  }

  /// What the other side said; its words are not read.
  private record Answer(int status) implements HttpResponse {

    @Override
    public int getStatusCode() {
      return status;
    }

    @Override
    public String getStatusMessage() {
      return "";
    }

    @Override
    public byte[] getResponseBody() {
      return NOTHING;
    }
  }

  @Override
  public void send(
      MessageWriter message, Consumer<HttpResponse> answered, Consumer<Throwable> failed) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(message.getContentLength());
    try {
      message.writeMessage(body);
    } catch (IOException e) {
      failed.accept(e);
      return;
    }
    HttpRequest request =
        HttpRequest.newBuilder(config.getEndpoint())
            .timeout(config.getTimeout())
            .header("Content-Type", config.getContentType())
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build();
    var _ =
        client
            .sendAsync(request, BodyHandlers.discarding())
            .whenComplete(
                (response, error) -> {
                  if (error == null) {
                    answered.accept(new Answer(response.statusCode()));
                  } else {
                    failed.accept(error);
                  }
                });
  }

  @Override
  public CompletableResultCode shutdown() {
    client.shutdownNow();
    return CompletableResultCode.ofSuccess();
  }
}
