package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Checked against what the validator itself says, which another version may say otherwise.
class ViolationTextTest {

  private static String said(JsonObject schema, Object value) {
    OutputUnit output =
        Validator.create(
                JsonSchema.of(schema),
                new JsonSchemaOptions()
                    .setBaseUri("https://fairlead.dev/")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic))
            .validate(value);
    return ViolationText.of(Objects.requireNonNull(output.getErrors()).getFirst().getError());
  }

  @Test
  void saysWhatIsWrongForPeople() {
    // Given
    JsonObject named = new JsonObject().put("required", new JsonArray().add("name"));
    JsonObject role = new JsonObject().put("enum", new JsonArray().add("viewer").add("admin"));
    JsonObject number = new JsonObject().put("type", "integer");
    JsonObject word = new JsonObject().put("pattern", "^[a-z]+$");
    JsonObject brief = new JsonObject().put("maxLength", 2);
    JsonObject few = new JsonObject().put("type", "array").put("maxItems", 1);

    // Then
    assertThat(said(named, new JsonObject())).isEqualTo("'name' is missing");
    assertThat(said(role, "king")).isEqualTo("it must be one of \"viewer\",\"admin\"");
    assertThat(said(number, "x")).isEqualTo("its type must be integer");
    assertThat(said(word, "1")).isEqualTo("the text does not match the pattern");
    assertThat(said(brief, "abc")).isEqualTo("the text is too long (3 > 2 characters)");
    assertThat(said(few, new JsonArray().add(1).add(2)))
        .isEqualTo("there are too many items (2 > 1)");
  }

  @Test
  void leavesWhatItDoesNotKnow() {
    // Then
    assertThat(ViolationText.of("1001 is greater than 1000"))
        .isEqualTo("1001 is greater than 1000");
  }
}
