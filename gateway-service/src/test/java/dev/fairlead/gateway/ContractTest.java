package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.ApiSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ContractTest {

  private static final Pattern PATH = Pattern.compile("(?m)^  (/.*):$");

  @Test
  void isOneThatTheRuntimeReads() throws Exception {
    // Given
    Vertx vertx = Vertx.vertx();

    // When
    Future<ApiRouter.Builder> loaded =
        ApiRouter.load(vertx, "gateway/openapi.yaml", ApiSettings.of("gateway"));

    // Then
    assertThat(loaded.await(30, TimeUnit.SECONDS)).isNotNull();
    vertx.close().await();
  }

  @Test
  void describesTheDoorThatIsBuilt() {
    // Given
    Vertx vertx = Vertx.vertx();

    // When
    String document = vertx.fileSystem().readFile("gateway/openapi.yaml").await().toString();

    // Then
    assertThat(PATH.matcher(document).results().map(path -> path.group(1)))
        .containsExactly(NativeProtocol.PATH);
    vertx.close().await();
  }
}
