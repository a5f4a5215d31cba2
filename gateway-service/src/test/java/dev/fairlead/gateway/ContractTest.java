package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.protocol.NativeProtocol;
import io.vertx.core.Vertx;
import io.vertx.openapi.contract.OpenAPIContract;
import org.junit.jupiter.api.Test;

class ContractTest {

  @Test
  void isSoundAndDescribesTheDoorThatIsBuilt() {
    // Given
    Vertx vertx = Vertx.vertx();

    // When
    OpenAPIContract contract = OpenAPIContract.from(vertx, "gateway/openapi.yaml").await();

    // Then
    assertThat(contract.getVersion().toString()).isEqualTo("V3_1");
    assertThat(contract.getPaths())
        .singleElement()
        .extracting(path -> path.getName())
        .isEqualTo(NativeProtocol.PATH);
    vertx.close().await();
  }
}
