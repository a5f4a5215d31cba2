package dev.fairlead.runtime.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.RequestBody;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractsTest {
  private static final Vertx VERTX = Vertx.vertx();

  private static final String CONTRACT =
      """
      openapi: 3.1.0
      info: {title: things, version: '1'}
      paths:
        /things:
          patch:
            operationId: changeThing
            requestBody:
              content:
                application/json: {schema: {$ref: '#/components/schemas/Thing'}}
                application/merge-patch+json: {schema: {$ref: '#/components/schemas/Thing'}}
            responses:
              '204': {description: changed}
              '400':
                description: a problem
                content:
                  application/problem+json: {schema: {type: object}}
          post:
            operationId: createThing
            requestBody:
              content:
                application/json: {schema: {$ref: '#/components/schemas/Thing'}}
            responses:
              '204': {description: created}
      components:
        schemas:
          Thing:
            type: object
            properties:
              content:
                type: object
                properties:
                  text: {type: string}
      """;

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  private static OpenAPIContract read(String document) {
    return Contracts.read(VERTX, Buffer.buffer(document)).await();
  }

  private static RequestBody bodyOf(OpenAPIContract contract, String operation) {
    return requireNonNull(requireNonNull(contract.operation(operation)).getRequestBody());
  }

  @Test
  void notesWhichBodiesMayBeMergePatches() {
    // When
    OpenAPIContract contract = read(CONTRACT);

    // Then
    RequestBody patch = bodyOf(contract, "changeThing");
    assertThat(patch.getContent()).containsOnlyKeys("application/json");
    assertThat(patch.getOpenAPIModel().getBoolean(Contracts.MERGE_PATCH_MARK)).isTrue();
    assertThat(bodyOf(contract, "createThing").getOpenAPIModel().fieldNames())
        .doesNotContain(Contracts.MERGE_PATCH_MARK);
  }

  @Test
  void leavesOutMediaTypesOfAnswersThatVertxRefuses() {
    // When
    OpenAPIContract contract = read(CONTRACT);

    // Then
    assertThat(at(contract, "/paths/~1things/patch/responses/400/content"))
        .doesNotContain("application/problem+json");
  }

  @Test
  void leavesPropertyAloneThatIsCalledContent() {
    // When
    OpenAPIContract contract = read(CONTRACT);

    // Then
    assertThat(at(contract, "/components/schemas/Thing/properties/content"))
        .contains("type", "properties");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "just a text",
        "openapi: [",
        "openapi: 2.0.0\ninfo: {title: a, version: '1'}\npaths: {}\n",
        "openapi: 3.1.0\n"
      })
  void failsForWhatIsNoContract(String document) {
    // Then
    assertThatThrownBy(() -> read(document)).isInstanceOf(Exception.class);
  }

  private static Set<String> at(OpenAPIContract contract, String pointer) {
    Object found = JsonPointer.from(pointer).queryJson(contract.getRawContract());
    return requireNonNull((JsonObject) found).fieldNames();
  }
}
