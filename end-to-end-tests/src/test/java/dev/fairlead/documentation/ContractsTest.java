package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.contract.AnswerExample;
import dev.fairlead.documentation.contract.BodyExample;
import dev.fairlead.documentation.contract.Contract;
import dev.fairlead.documentation.contract.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// What a reader of the contracts may expect of each of them. Whether their examples are true is
/// tested against the running system.
class ContractsTest {

  private static final Pattern FILE =
      Pattern.compile("[^/]+/src/main/resources/([a-z]+)/openapi\\.yaml");

  private static final Pattern DEVICE_PATH = Pattern.compile("/api/v1/devices/\\{id}(?:/.*)?");

  private final List<Contract> contracts =
      SourceTree.files().stream()
          .map(FILE::matcher)
          .filter(Matcher::matches)
          .map(file -> Contract.parse(file.group(1), SourceTree.read(file.group())))
          .toList();

  private Stream<Operation> operations() {
    return contracts.stream().flatMap(contract -> contract.operations().stream());
  }

  @Test
  void areThoseOfTheThreeServicesInOpenApi31() {
    // Then
    assertThat(contracts)
        .extracting(Contract::service)
        .containsExactlyInAnyOrder("registry", "command", "gateway");
    assertThat(contracts)
        .allMatch(contract -> contract.document().path("openapi").asText().startsWith("3.1."));
  }

  @Test
  void sortEveryOperationAndTellItInALineAndAtLength() {
    // When
    List<Operation> bare =
        operations()
            .filter(
                operation ->
                    operation.id().isEmpty()
                        || operation.definition().path("tags").isEmpty()
                        || operation.definition().path("summary").asText().isBlank()
                        || operation.definition().path("description").asText().isBlank())
            .toList();

    // Then
    assertThat(bare).as("operations without operationId, tag, summary or description").isEmpty();
  }

  @Test
  void showEveryBodyByNamedExamplesInEachMediaType() {
    // When
    List<String> bare =
        operations()
            .flatMap(
                operation ->
                    operation.requestContent().entrySet().stream()
                        .filter(content -> content.getValue().path("examples").isEmpty())
                        .map(content -> operation + ": body in " + content.getKey()))
            .toList();

    // Then
    assertThat(bare).as("bodies without 'examples'").isEmpty();
  }

  @Test
  void showEveryAnswerByNamedExamples() {
    // When
    List<String> bare =
        operations()
            .flatMap(
                operation ->
                    operation.responses().keySet().stream()
                        .filter(status -> !isShown(operation, status))
                        .map(status -> operation + ": answer " + status))
            .toList();

    // Then
    assertThat(bare)
        .as("answers without 'examples', or 'x-examples' where there is no document")
        .isEmpty();
  }

  /// Generators of clients take a property with a default for one that has to be sent.
  @Test
  void tellDefaultsOfPropertiesInWords() {
    // When
    List<String> told =
        contracts.stream()
            .flatMap(contract -> contract.document().findValues("properties").stream())
            .flatMap(properties -> properties.properties().stream())
            .filter(property -> property.getValue().has("default"))
            .map(Map.Entry::getKey)
            .toList();

    // Then
    assertThat(told).as("properties with 'default'").isEmpty();
  }

  private static boolean isShown(Operation operation, String status) {
    return !status.equals("default")
        && operation.answers().stream()
            .anyMatch(answer -> Integer.toString(answer.status()).equals(status));
  }

  @Test
  void tellOfEverySecuredOperationWhatAKeyThatIsNotGoodAndAnOutageMean() {
    // When
    List<Operation> silent =
        operations()
            .filter(operation -> !operation.definition().path("security").isArray())
            .filter(
                operation ->
                    !operation.responses().keySet().containsAll(List.of("401", "429", "503")))
            .toList();

    // Then
    assertThat(silent).as("operations without 401, 429 or 503").isEmpty();
  }

  /// What such a key is asked about is the device that the path names as `id`.
  @Test
  void askKeysOfGroupsOnlyAboutDevicesThatThePathNames() {
    // When
    List<Operation> wrong =
        operations()
            .filter(operation -> operation.scope().isPresent())
            .filter(operation -> !isScopedRightly(operation))
            .toList();

    // Then
    assertThat(operations().map(Operation::scope).flatMap(Optional::stream))
        .contains("device", "own");
    assertThat(wrong)
        .as("operations with an unknown x-scope, or 'device' where the path names none")
        .isEmpty();
  }

  private static boolean isScopedRightly(Operation operation) {
    return switch (operation.scope().orElse("")) {
      case "device" -> DEVICE_PATH.matcher(operation.path()).matches();
      case "own" -> true;
      default -> false;
    };
  }

  @Test
  void haveOnlyExamplesThatFitTheirSchemas() {
    // When
    List<String> wrong = new ArrayList<>();
    operations()
        .forEach(
            operation -> {
              for (BodyExample body : operation.bodies()) {
                operation
                    .contract()
                    .violations(body.schema(), body.value())
                    .forEach(error -> wrong.add(operation + ": " + body.name() + ": " + error));
              }
              for (AnswerExample answer : operation.answers()) {
                if (answer.mediaType().isPresent()) {
                  operation
                      .contract()
                      .violations(answer.schema(), answer.value())
                      .forEach(error -> wrong.add(answer + ": " + error));
                }
              }
            });

    // Then
    assertThat(wrong).isEmpty();
  }

  @Test
  void describeEverySchemaPropertyAndParameter() {
    // Given
    List<String> bare = new ArrayList<>();

    // When
    for (Contract contract : contracts) {
      JsonNode schemas = contract.document().path("components").path("schemas");
      schemas
          .properties()
          .forEach(
              schema -> {
                String place = contract.service() + ": " + schema.getKey();
                if (!isDescribed(schema.getValue())) {
                  bare.add(place);
                }
                bare.addAll(bareProperties(place, schema.getValue()));
              });
    }
    operations()
        .forEach(
            operation ->
                operation.parameters().stream()
                    .filter(parameter -> !isDescribed(parameter))
                    .forEach(
                        parameter ->
                            bare.add(
                                operation + ": parameter " + parameter.path("name").asText())));

    // Then
    assertThat(bare).as("without a description").isEmpty();
  }

  private static List<String> bareProperties(String place, JsonNode schema) {
    List<String> bare = new ArrayList<>();
    for (JsonNode properties : schema.findValues("properties")) {
      for (Map.Entry<String, JsonNode> property : properties.properties()) {
        if (!isDescribed(property.getValue())) {
          bare.add(place + "." + property.getKey());
        }
        bare.addAll(bareProperties(place + "." + property.getKey(), property.getValue()));
      }
    }
    return bare;
  }

  private static boolean isDescribed(JsonNode node) {
    return node.has("$ref") || !node.path("description").asText().isBlank();
  }

  /// What a path shares by reference among its operations is not shown by the page.
  @Test
  void haveNoParametersOfPathsByReference() {
    // When
    List<String> shared =
        operations()
            .filter(operation -> hasReference(operation.shared()))
            .map(Operation::path)
            .distinct()
            .toList();

    // Then
    assertThat(shared).as("paths with parameters by reference; move them to operations").isEmpty();
  }

  private static boolean hasReference(JsonNode parameters) {
    return StreamSupport.stream(parameters.spliterator(), false)
        .anyMatch(parameter -> parameter.has("$ref"));
  }

  @Test
  void nameOnlyProblemsThatThereAre() {
    // Given
    List<String> titles =
        Stream.of(dev.fairlead.runtime.problem.ProblemType.values())
            .map(type -> type.uri() + " " + type.title() + " " + type.status())
            .toList();

    // When
    List<String> unknown =
        operations()
            .flatMap(operation -> operation.answers().stream())
            .filter(answer -> !answer.isSuccess())
            .filter(answer -> !titles.contains(problem(answer.value())))
            .map(AnswerExample::toString)
            .collect(Collectors.toList());

    // Then
    assertThat(unknown).as("problems that the catalogue does not know so").isEmpty();
  }

  @Test
  void leaveToOtherTestsOnlyWhatThoseDo() {
    // Given
    List<String> files = SourceTree.files();

    // When
    List<AnswerExample> left =
        operations()
            .flatMap(operation -> operation.answers().stream())
            .filter(
                answer ->
                    answer
                        .executedBy()
                        .filter(
                            test -> files.stream().noneMatch(f -> f.endsWith("/" + test + ".java")))
                        .isPresent())
            .toList();

    // Then
    assertThat(left).as("examples whose x-executed-by names no test").isEmpty();
  }

  private static String problem(JsonNode value) {
    return value.path("type").asText()
        + " "
        + value.path("title").asText()
        + " "
        + value.path("status").asText();
  }
}
