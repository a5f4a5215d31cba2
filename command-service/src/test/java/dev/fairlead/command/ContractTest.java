package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.ApiSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ContractTest {

  @Test
  void isOneThatTheRuntimeReads() throws Exception {
    // Given
    Vertx vertx = Vertx.vertx();

    // When
    Future<ApiRouter.Builder> loaded =
        ApiRouter.load(vertx, "command/openapi.yaml", ApiSettings.of("command"));

    // Then
    assertThat(loaded.await(30, TimeUnit.SECONDS)).isNotNull();
    vertx.close().await();
  }
}
