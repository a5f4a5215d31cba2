package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ApiLiveStreamTest {

  private static final long PATIENCE_SECONDS = 15;

  /// Gives a first part, and the end once it is stopped.
  private static final class Source {
    private final Promise<Buffer> end = Promise.promise();
    private final CountDownLatch waitedFor = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicInteger parts = new AtomicInteger();

    Future<Buffer> next() {
      if (parts.getAndIncrement() == 0) {
        return Future.succeededFuture(Buffer.buffer("first"));
      }
      waitedFor.countDown();
      return end.future();
    }

    void stop() {
      stopped.countDown();
      end.tryComplete(Buffer.buffer());
    }

    ApiResponse answer() {
      return ApiResponse.live("text/plain", this::next, this::stop);
    }
  }

  private static boolean within(CountDownLatch latch) throws InterruptedException {
    return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void endsWhenTheKeyOpensNothingAnyMoreAndNotForItsLength() throws InterruptedException {
    // Given
    Source source = new Source();
    ApiSettings impatient = new ApiSettings("test", 1024, 4, Duration.ofMillis(100));
    try (ApiFixture api = new ApiFixture(impatient, _ -> source.answer())) {
      Future<HttpResponse<Buffer>> answer = api.request(HttpMethod.GET, "/api/v1/things/1").send();
      assertThat(within(source.waitedFor)).isTrue();
      boolean early = source.stopped.await(Duration.ofSeconds(3).toMillis(), TimeUnit.MILLISECONDS);

      // When
      api.takenBack.add("viewer");

      // Then
      assertThat(early).isFalse();
      assertThat(answer.await().bodyAsString()).isEqualTo("first");
      assertThat(within(source.stopped)).isTrue();
    }
  }

  @Test
  void stopsWhenTheCallerGoesAway() throws IOException, InterruptedException {
    // Given
    Source source = new Source();
    try (ApiFixture api = new ApiFixture(ApiFixture.settings(), _ -> source.answer())) {
      Socket caller = call(api);
      assertThat(within(source.waitedFor)).isTrue();

      // When
      caller.close();

      // Then
      assertThat(within(source.stopped)).isTrue();
    }
  }

  @Test
  void waitsForACallerWhoDoesNotReadAndCutsOffWhoMayNoLonger()
      throws IOException, InterruptedException {
    // Given
    AtomicInteger parts = new AtomicInteger();
    CountDownLatch stopped = new CountDownLatch(1);
    Buffer part = Buffer.buffer(new byte[1 << 20]);
    Operation flood =
        _ ->
            ApiResponse.live(
                "text/plain",
                () -> {
                  parts.incrementAndGet();
                  return Future.succeededFuture(part);
                },
                stopped::countDown);
    try (ApiFixture api = new ApiFixture(ApiFixture.settings(), flood);
        Socket caller = call(api)) {
      assertThat(stopped.await(3, TimeUnit.SECONDS)).isFalse();
      int before = parts.get();

      // When
      api.takenBack.add("viewer");

      // Then: what buffers hold, and not what the source could give in that time.
      assertThat(within(stopped)).isTrue();
      assertThat(before).isBetween(1, 64);
      assertThat(bytesUntilTheEnd(caller)).isLessThan((parts.get() + 1L) << 20);
    }
  }

  private static long bytesUntilTheEnd(Socket caller) throws IOException {
    caller.setSoTimeout(Math.toIntExact(Duration.ofSeconds(PATIENCE_SECONDS).toMillis()));
    byte[] read = new byte[1 << 16];
    long total = 0;
    try {
      for (int n = caller.getInputStream().read(read); n >= 0; ) {
        total += n;
        n = caller.getInputStream().read(read);
      }
    } catch (java.net.SocketException e) {
      return total; // it was reset
    }
    return total;
  }

  private static Socket call(ApiFixture api) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/things/1 HTTP/1.1\r\nHost: localhost\r\nX-API-Key: viewer\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
