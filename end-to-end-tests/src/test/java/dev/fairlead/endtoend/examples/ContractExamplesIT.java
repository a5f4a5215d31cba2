package dev.fairlead.endtoend.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.contract.AnswerExample;
import dev.fairlead.documentation.contract.Contract;
import dev.fairlead.documentation.contract.Operation;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Every example of the contracts that the services serve is true. `docs/api.md` says how an
/// example tells what it needs and what it sends.
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContractExamplesIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private static Path directory;

  private static Cluster cluster;
  private static Http http;
  private static String viewerKey;
  private static List<Contract> contracts;

  /// A request in a world that has what it needs.
  private record Prepared(Execution execution, World world) implements AutoCloseable {

    static Prepared of(Execution execution) {
      World world = new World(cluster, http, viewerKey);
      execution.answer().given().forEach(words -> Preconditions.prepare(world, words));
      return new Prepared(execution, world);
    }

    @Override
    public void close() {
      world.close();
    }
  }

  @BeforeAll
  static void start() {
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of(
                "FAIRLEAD_ENROLMENT_PENDING_MAX",
                Integer.toString(EnrolmentPreconditions.PENDING_MAX)),
            Map.of(
                "FAIRLEAD_COMMAND_QUEUE_MAX", Integer.toString(Preconditions.COMMAND_QUEUE_MAX)));
    http = new Http();
    viewerKey = viewerKey();
    contracts =
        List.of(
            served("registry", cluster.registry()),
            served("command", cluster.command()),
            served("gateway", cluster.gatewayA()));
  }

  @AfterAll
  static void stop() {
    http.close();
    cluster.close();
  }

  /// Known to all who are asked with it.
  private static String viewerKey() {
    String key =
        cluster
            .api()
            .post(
                cluster.registry().httpPort(),
                "/api/v1/api-keys",
                "{\"name\":\"looks on\",\"role\":\"viewer\"}")
            .body()
            .path("key")
            .asText();
    try (Api api = new Api(key)) {
      for (ServiceJar service : List.of(cluster.registry(), cluster.command())) {
        await()
            .atMost(PATIENCE)
            .until(() -> api.get(service.httpPort(), "/api/v1/devices/x/commands").status() != 401);
      }
    }
    return key;
  }

  private static Contract served(String service, ServiceJar jar) {
    Http.Answer answer =
        http.send(
            new Http.Request(
                jar.httpPort(), "GET", "/api/v1/openapi/" + service + ".yaml", Map.of(), ""));
    assertThat(answer.status()).isEqualTo(200);
    return Contract.parse(service, answer.body());
  }

  private static Stream<Execution> executions() {
    return contracts.stream()
        .flatMap(contract -> contract.operations().stream())
        .flatMap(operation -> Execution.of(operation).stream())
        .filter(execution -> execution.answer().executedBy().isEmpty());
  }

  private static boolean needsOutage(Execution execution) {
    return execution.answer().given().contains(Preconditions.DATABASE_AWAY);
  }

  @Test
  @Order(1)
  void leavesNoOperationAndNoExampleOut() {
    // Given
    List<String> left = new ArrayList<>();

    // When
    for (Contract contract : contracts) {
      for (Operation operation : contract.operations()) {
        List<Execution> executions = Execution.of(operation);
        if (executions.stream().noneMatch(execution -> execution.answer().isSuccess())) {
          left.add(operation + ": no example of a success, of the same name as one of the body");
        }
        operation.answers().stream()
            .filter(answer -> executions.stream().noneMatch(e -> e.answer().equals(answer)))
            .forEach(answer -> left.add(answer + ": no body of this name"));
        operation.bodies().stream()
            .filter(
                body ->
                    executions.stream()
                        .filter(execution -> execution.answer().isSuccess())
                        .noneMatch(e -> e.body().filter(body::equals).isPresent()))
            .forEach(
                body ->
                    left.add(
                        "%s: body %s in %s has no answer of its name"
                            .formatted(operation, body.name(), body.mediaType())));
        for (AnswerExample answer : operation.answers()) {
          answer.given().stream()
              .flatMap(words -> Preconditions.unknown(words).stream())
              .forEach(unknown -> left.add(answer + ": " + unknown));
        }
      }
    }

    // Then
    assertThat(left).as("examples that cannot be executed").isEmpty();
  }

  @TestFactory
  @Order(2)
  Stream<DynamicTest> answersAsShown() {
    return executions()
        .filter(execution -> !needsOutage(execution))
        .map(
            execution ->
                DynamicTest.dynamicTest(
                    execution.title(),
                    () -> {
                      try (Prepared prepared = Prepared.of(execution)) {
                        check(prepared);
                      }
                    }));
  }

  @TestFactory
  @Order(3)
  Stream<DynamicTest> answersAsShownWhileTheDatabaseIsAway() {
    List<Prepared> prepared =
        executions().filter(ContractExamplesIT::needsOutage).map(Prepared::of).toList();
    assertThat(prepared).isNotEmpty();
    cluster.postgres().kill();
    return prepared.stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.execution().title(),
                    () -> {
                      try (each) {
                        check(each);
                      }
                    }))
        .onClose(() -> cluster.postgres().restart());
  }

  private static void check(Prepared prepared) {
    // Given
    AnswerExample shown = prepared.execution().answer();
    Http.Request request = prepared.execution().request(prepared.world());

    // When
    Http.Answer answer = http.send(request);

    // Then
    assertThat(answer.status()).as("status of %s", answer.body()).isEqualTo(shown.status());
    assertThat(answer.mediaType()).as("media type").isEqualTo(shown.mediaType().orElse(""));
    shown
        .response()
        .path("headers")
        .fieldNames()
        .forEachRemaining(
            header -> assertThat(answer.headers().contains(header)).as("has %s", header).isTrue());
    if (shown.mediaType().isEmpty()) {
      assertThat(answer.body()).isEmpty();
    } else {
      checkDocument(shown, request, answer.json());
    }
  }

  private static void checkDocument(AnswerExample shown, Http.Request request, JsonNode document) {
    Contract contract = shown.operation().contract();
    assertThat(contract.violations(shown.schema(), document))
        .as("against the schema: %s", document)
        .isEmpty();
    assertThat(Likeness.differences(shown.value(), document, shown.generated()))
        .as("against the example: %s", document)
        .isEmpty();
    if (!shown.isSuccess()) {
      assertThat(document.path("instance").asText())
          .isEqualTo(request.target().replaceFirst("\\?.*", ""));
    }
  }
}
