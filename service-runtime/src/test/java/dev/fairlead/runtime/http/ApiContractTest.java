package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ApiContractTest {
  private static final Vertx VERTX = Vertx.vertx();

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  private static ApiRouter.Builder contract() {
    return ApiRouter.load(VERTX, ApiFixture.CONTRACT, ApiSettings.of("test")).await();
  }

  private static ApiRouter build(ApiRouter.Builder builder) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    return builder.build(
        _ -> Optional.empty(), _ -> Future.succeededFuture(), new Problems(meters), meters);
  }

  @Test
  void refusesContractWithOperationThatIsNotBound() {
    // Given
    ApiRouter.Builder builder = contract().operation("open", _ -> ApiResponse.noContent());

    // Then
    assertThatThrownBy(() -> build(builder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not bound: createThing")
        .hasMessageNotContaining("not bound: open");
  }

  @Test
  void refusesOperationThatIsNotInContract() {
    // Given
    ApiRouter.Builder builder =
        ApiFixture.bound(contract(), ApiFixture::echo)
            .operation("dance", _ -> ApiResponse.noContent());

    // Then
    assertThatThrownBy(() -> build(builder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("operations not in the contract: dance");
  }

  @Test
  void refusesOperationThatIsBoundTwice() {
    // Given
    ApiRouter.Builder builder = contract().operation("open", _ -> ApiResponse.noContent());

    // Then
    assertThatThrownBy(() -> builder.operation("open", _ -> ApiResponse.noContent()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesContractThatAsksForNoKey() {
    // Given
    ApiRouter.Builder builder =
        ApiRouter.load(VERTX, "test/unsecured.yaml", ApiSettings.of("test"))
            .await()
            .operation("open", _ -> ApiResponse.noContent());

    // Then
    assertThatThrownBy(() -> build(builder)).hasMessageContaining("must ask for a key");
  }

  @Test
  void failsForContractThatIsNotThere() {
    // Then
    assertThatThrownBy(
            () -> ApiRouter.load(VERTX, "test/none.yaml", ApiSettings.of("test")).await())
        .hasMessageContaining("test/none.yaml");
  }
}
