package dev.fairlead.bus.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// Another implementation of the standard comes to the same results.
class SchemaOracleTest {

  private static final int DOCUMENTS = 40;
  private static final List<String> NAMES = List.of("a", "b", "c");

  private final StringBuilder text = new StringBuilder();

  private static JsonNode json(String text) throws JsonProcessingException {
    return Json.mapper().readTree(text);
  }

  private static boolean matches(String schema, String document) {
    JsonObject wrapping = new JsonObject("{\"properties\":{\"it\":" + schema + "}}");
    return Boolean.TRUE.equals(
        Validator.create(
                io.vertx.json.schema.JsonSchema.of(wrapping),
                new JsonSchemaOptions()
                    .setBaseUri("https://example.org")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic))
            .validate(new JsonObject("{\"it\":" + document + "}"))
            .getValid());
  }

  @RepeatedTest(60)
  void agreesWithAnotherImplementation(RepetitionInfo run) throws JsonProcessingException {
    // Given
    Random random = new Random(run.getCurrentRepetition());
    String schema = schema(random, 3);
    JsonSchema compiled = JsonSchema.compile(json(schema));

    // Then
    for (int i = 0; i < DOCUMENTS; i++) {
      text.setLength(0);
      document(random, 3);
      String document = text.toString();
      assertThat(compiled.check(json(document)).isEmpty())
          .as("seed %d: %s of %s", run.getCurrentRepetition(), schema, document)
          .isEqualTo(matches(schema, document));
    }
  }

  private String schema(Random random, int depth) {
    StringBuilder schema = new StringBuilder("{");
    for (int i = 0, rules = 1 + random.nextInt(3); i < rules; i++) {
      String rule = rule(random, depth);
      String keyword = rule.substring(0, rule.indexOf(':'));
      if (!schema.toString().contains(keyword + ":")) {
        schema.append(schema.length() > 1 ? "," : "").append(rule);
      }
    }
    return schema.append('}').toString();
  }

  private String rule(Random random, int depth) {
    String inner = depth > 0 ? schema(random, depth - 1) : "{\"type\":\"integer\"}";
    String other = depth > 0 ? schema(random, depth - 1) : "{\"minLength\":2}";
    String name = NAMES.get(random.nextInt(NAMES.size()));
    return switch (random.nextInt(20)) {
      case 0 -> "\"type\":\"object\"";
      case 1 -> "\"type\":[\"integer\",\"string\"]";
      case 2 -> "\"enum\":[1,\"x\",[],{\"a\":1}]";
      case 3 -> "\"minimum\":" + random.nextInt(4);
      case 4 -> "\"exclusiveMaximum\":" + random.nextInt(4);
      case 5 -> "\"maxLength\":" + random.nextInt(3);
      case 6 -> "\"minItems\":" + random.nextInt(3);
      case 7 -> "\"maxProperties\":" + random.nextInt(3);
      case 8 -> "\"required\":[\"" + name + "\"]";
      case 9 -> "\"properties\":{\"" + name + "\":" + inner + "}";
      case 10 -> "\"additionalProperties\":" + inner;
      case 11 -> "\"patternProperties\":{\"[ab]\":" + inner + "}";
      case 12 -> "\"items\":" + inner;
      case 13 -> "\"prefixItems\":[" + inner + "," + other + "]";
      case 14 -> "\"allOf\":[" + inner + "," + other + "]";
      case 15 -> "\"anyOf\":[" + inner + "," + other + "]";
      case 16 -> "\"oneOf\":[" + inner + "," + other + "]";
      case 17 -> "\"not\":" + inner;
      case 18 -> "\"uniqueItems\":true";
      default -> "\"pattern\":\"^x\"";
    };
  }

  private void document(Random random, int depth) {
    switch (random.nextInt(depth > 0 ? 7 : 4)) {
      case 0 -> text.append(random.nextInt(5));
      case 1 -> text.append('"').append("xyx".substring(random.nextInt(3))).append('"');
      case 2 -> text.append(random.nextBoolean());
      case 3 -> text.append(random.nextInt(3)).append(".5");
      case 4 -> {
        text.append('[');
        for (int i = 0, items = random.nextInt(4); i < items; i++) {
          text.append(i > 0 ? "," : "");
          document(random, depth - 1);
        }
        text.append(']');
      }
      default -> {
        text.append('{');
        for (int i = 0, members = random.nextInt(4); i < members; i++) {
          text.append(i > 0 ? ",\"" : "\"").append(NAMES.get(i)).append("\":");
          document(random, depth - 1);
        }
        text.append('}');
      }
    }
  }
}
