package dev.fairlead.bus.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.runtime.http.Json;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {

  /// Much more than a check takes on any machine, and much less than one that explodes.
  private static final Duration SOON = Duration.ofSeconds(5);

  private static JsonNode json(String text) {
    try {
      return Json.mapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<Violation> check(String schema, String document) {
    return JsonSchema.compile(json(schema)).check(json(document));
  }

  private static Violation refusal(String schema) {
    BadSchemaException refused =
        Assertions.catchThrowableOfType(
            BadSchemaException.class, () -> JsonSchema.compile(json(schema)));
    return refused.violation();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'object'} | {} | []",
        "{'type':['string','null']} | null | 1",
        "{'type':'integer'} | 3.0 | 3.5",
        "{'enum':[1,'a',{'b':2}]} | {'b':2.0} | 'b'",
        "{'const':[1,{'a':2,'b':3}]} | [1,{'b':3,'a':2}] | [1]",
        "{'minimum':5,'maximum':7} | 5 | 8",
        "{'exclusiveMinimum':5} | 5.1 | 5",
        "{'exclusiveMaximum':5} | 4 | 5",
        "{'multipleOf':0.1} | 0.7 | 0.75",
        "{'minLength':2,'maxLength':3} | '\uD83D\uDE00x' | 'abcd'",
        "{'pattern':'^[a-f]+$'} | 'beef' | 'bees'",
        "{'minItems':1,'maxItems':2} | [1] | []",
        "{'uniqueItems':true} | [1,'1'] | [1,1.0]",
        "{'contains':{'type':'string'},'maxContains':1} | [1,'a'] | ['a','b']",
        "{'contains':{'type':'string'}} | ['a',1] | [1]",
        "{'minProperties':1,'maxProperties':1} | {'a':1} | {}",
        "{'required':['a']} | {'a':null} | {'b':1}",
        "{'dependentRequired':{'a':['b']}} | {'b':1} | {'a':1}",
        "{'dependentSchemas':{'a':{'required':['b']}}} | {'a':1,'b':1} | {'a':1}",
        "{'properties':{'a':{'type':'number'}}} | {'b':'x'} | {'a':'x'}",
        "{'patternProperties':{'^t_':{'type':'number'}}} | {'t':'x'} | {'t_a':'x'}",
        "{'properties':{'a':true},'additionalProperties':false} | {'a':1} | {'b':1}",
        "{'propertyNames':{'maxLength':2}} | {'ab':1} | {'abc':1}",
        "{'prefixItems':[{'type':'string'}],'items':false} | ['a'] | ['a',1]",
        "{'items':{'type':'number'}} | [1,2] | [1,'a']",
        "{'allOf':[{'minimum':1},{'maximum':2}]} | 1 | 3",
        "{'anyOf':[{'maximum':1},{'minimum':9}]} | 9 | 5",
        "{'oneOf':[{'minimum':1},{'minimum':5}]} | 2 | 6",
        "{'not':{'type':'string'}} | 1 | 'a'",
        "{'if':{'required':['a']},'then':{'required':['b']},'else':{'required':['c']}} | {'c':1}"
            + " | {'a':1}",
        "{'$ref':'#/$defs/a~1b','$defs':{'a/b':{'type':'string'}}} | 'x' | 1",
        "{'properties':{'next':{'$ref':'#'},'v':{'type':'number'}},'required':['v']}"
            + " | {'v':1,'next':{'v':2}} | {'v':1,'next':{}}",
        "true | 1 | ",
        "false | | 1",
      })
  void tellsWhatMatchesFromWhatDoesNot(String schema, String right, String wrong) {
    // Given
    JsonSchema compiled = JsonSchema.compile(json(schema));

    // Then
    if (right != null) {
      assertThat(compiled.check(json(right))).isEmpty();
    }
    if (wrong != null) {
      assertThat(compiled.check(json(wrong))).isNotEmpty();
    }
  }

  @Test
  void tellsWhereAndWhat() {
    // When
    List<Violation> violations =
        check(
            "{'properties':{'a/b':{'items':{'type':'number'}}},'required':['c']}",
            "{'a/b':[1,'x']}");

    // Then
    assertThat(violations)
        .containsExactlyInAnyOrder(
            new Violation("", "the member 'c' is missing"),
            new Violation("/a~1b/1", "it must be of the type number"));
  }

  @Test
  void tellsAFewViolationsOfMany() {
    // Given
    String document = "[" + "1,".repeat(5000) + "1]";

    // Then
    assertThat(check("{'items':{'type':'string'}}", document)).hasSize(JsonSchema.VIOLATIONS_MAX);
  }

  @Test
  void cutsLongPointersAndMessages() {
    // Given
    String name = "n".repeat(1000);

    // Then
    assertThat(check("{'additionalProperties':{'const':'" + name + "'}}", "{'" + name + "':1}"))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.pointer()).hasSize(Violation.LENGTH_MAX);
              assertThat(one.message()).hasSize(Violation.LENGTH_MAX);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | ``",
        "{'requried':[]} | /requried",
        "{'type':'text'} | /type",
        "{'type':[]} | /type",
        "{'required':'a'} | /required",
        "{'required':['a','a']} | /required",
        "{'minLength':-1} | /minLength",
        "{'minLength':1.5} | /minLength",
        "{'multipleOf':0} | /multipleOf",
        "{'enum':[]} | /enum",
        "{'properties':{'a~b':{'maximum':'x'}}} | /properties/a~0b/maximum",
        "{'allOf':[{'type':1}]} | /allOf/0/type",
        "{'$defs':{'unused':{'type':'x'}}} | /$defs/unused/type",
        "{'$ref':'https://example.org/schema'} | /$ref",
        "{'$ref':'other.json#/a'} | /$ref",
        "{'$ref':'#anchor'} | /$ref",
        "{'$ref':'#/$defs/none'} | /$ref",
        "{'$schema':'http://json-schema.org/draft-07/schema#'} | /$schema",
        "{'items':[{}]} | /items",
        "{'unevaluatedProperties':false} | /unevaluatedProperties",
        "{'$dynamicRef':'#a'} | /$dynamicRef",
        "{'items':{'$id':'x'}} | /items/$id",
        "{'pattern':'('} | /pattern",
        "{'uniqueItems':1} | /uniqueItems",
      })
  void refusesWhatIsNoSchemaAndSaysWhere(String schema, String pointer) {
    assertThat(refusal(schema).pointer()).isEqualTo(pointer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'$ref':'#'}",
        "{'allOf':[{'$ref':'#'}]}",
        "{'$ref':'#/$defs/a','$defs':{'a':{'not':{'$ref':'#/$defs/b'}},'b':{'$ref':'#/$defs/a'}}}",
      })
  void refusesASchemaThatLeadsBackToItself(String schema) {
    assertThat(refusal(schema).message()).contains("one to itself");
  }

  @Test
  void boundsHowManySchemasLieInEachOther() {
    // Given
    String allowed = "{'not':".repeat(15) + "true" + "}".repeat(15);
    String refused = "{'not':".repeat(16) + "true" + "}".repeat(16);

    // Then
    assertThatNoException().isThrownBy(() -> JsonSchema.compile(json(allowed)));
    assertThat(refusal(refused).message()).contains("applied within each other");
  }

  @Test
  void readsALongChainOfReferencesWithoutRunningOutOfStack() {
    // Given
    StringBuilder schema = new StringBuilder("{'$defs':{");
    for (int i = 0; i < 1000; i++) {
      schema.append("'d%d':{'$ref':'#/$defs/d%d'},".formatted(i, i + 1));
    }
    schema.append("'d1000':true}}");

    // Then
    assertThat(refusal(schema.toString()).message()).contains("applied within each other");
  }

  @Test
  void boundsDepthAndSize() {
    // Given
    String deep = "{'items':".repeat(JsonSchema.DEPTH_MAX - 1) + "{}" + "}".repeat(31);
    String deeper = "{'items':" + deep + "}";
    String wrapping = "{'const':''}";
    String large = "{'const':'" + "x".repeat(JsonSchema.BYTES_MAX - wrapping.length()) + "'}";

    // Then
    assertThatNoException().isThrownBy(() -> JsonSchema.compile(json(deep)));
    assertThat(refusal(deeper).message()).contains("deep");
    assertThatNoException().isThrownBy(() -> JsonSchema.compile(json(large)));
    assertThat(refusal(large.replaceFirst("x", "xx")).message()).contains("bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a)\\\\1", "(?=a)b", "(?!a)b", "(?<=a)b"})
  void refusesPatternsThatCouldNotBeMatchedInTime(String pattern) {
    assertThat(refusal("{'pattern':'" + pattern + "'}").pointer()).isEqualTo("/pattern");
  }

  @Test
  void boundsPatterns() {
    // Given
    String long1 = "a".repeat(Patterns.LENGTH_MAX);
    String large = "{'allOf':[" + "{'pattern':'[a-z]{900}'},".repeat(25) + "true]}";

    // Then
    assertThatNoException()
        .isThrownBy(() -> JsonSchema.compile(json("{'pattern':'" + long1 + "'}")));
    assertThat(refusal("{'pattern':'" + long1 + "a'}").message()).contains("characters");
    assertThat(refusal("{'pattern':'([a-z]{30}){40}'}").pointer()).isEqualTo("/pattern");
    assertThat(refusal(large).message()).contains("too large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)[^a]$"})
  void matchesPatternsThatMakeOthersHangInNoTime(String pattern) {
    // Given
    JsonSchema schema = JsonSchema.compile(json("{'pattern':'" + pattern + "'}"));
    JsonNode document = json("'" + "a".repeat(5000) + "!'");

    // Then
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        SOON, () -> assertThat(schema.check(document)).hasSizeLessThanOrEqualTo(1));
  }

  @Test
  void endsSoonWhateverTheSchema() {
    // Given
    String twice = "{'allOf':[{'properties':{'a':{'$ref':'#/$defs/n'}}}";
    JsonSchema schema =
        JsonSchema.compile(
            json(
                "{'$ref':'#/$defs/n','$defs':{'n':"
                    + twice
                    + ",{'properties':{'a':{'$ref':'#/$defs/n'}}}"
                    + ",{'properties':{'a':{'$ref':'#/$defs/n'}}}]}}}"));
    JsonNode document = json("{'a':".repeat(60) + "{}" + "}".repeat(60));

    // Then
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        SOON,
        () ->
            assertThat(schema.check(document))
                .containsExactly(new Violation("", "the document takes too much work to check")));
  }

  @Test
  void looksForDuplicatesInLinearTime() {
    // Given
    StringBuilder document = new StringBuilder("[0");
    for (int i = 1; i < 30_000; i++) {
      document.append(',').append(i);
    }
    JsonNode items = json(document.append(']').toString());
    JsonSchema schema = JsonSchema.compile(json("{'uniqueItems':true}"));

    // Then
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        SOON, () -> assertThat(schema.check(items)).isEmpty());
  }

  @Test
  void takesNumbersBeyondADouble() {
    assertThat(check("{'maximum':5}", "1e999")).isNotEmpty();
    assertThat(check("{'minimum':5}", "1e999")).isEmpty();
  }

  @Test
  void namesTheSchemaOfTheTypeThatIsWrong() {
    assertThatExceptionOfType(BadSchemaException.class)
        .isThrownBy(
            () -> TypeSchemas.compile(json("{'commands':{'re/boot':{'items':{'type':'x'}}}}")))
        .satisfies(
            refused ->
                assertThat(refused.violation().pointer())
                    .isEqualTo("/commands/re~1boot/items/type"));
  }

  @Test
  void boundsTheSchemasOfAType() {
    // Given
    StringBuilder kinds = new StringBuilder();
    for (int i = 0; i < TypeSchemas.KINDS_MAX; i++) {
      kinds.append("'k%d':{},".formatted(i));
    }

    // Then
    assertThat(
            TypeSchemas.compile(
                    json("{'commands':{" + kinds.substring(0, kinds.length() - 1) + "}}"))
                .commands())
        .hasSize(TypeSchemas.KINDS_MAX);
    assertThatExceptionOfType(BadSchemaException.class)
        .isThrownBy(() -> TypeSchemas.compile(json("{'commands':{" + kinds + "'more':{}}}")))
        .withMessageContaining("200 kinds");
    assertThatExceptionOfType(BadSchemaException.class)
        .isThrownBy(() -> TypeSchemas.compile(json("{'telemtry':{}}")));
    String large = "{'const':'" + "x".repeat(JsonSchema.BYTES_MAX - 12) + "'}";
    assertThatExceptionOfType(BadSchemaException.class)
        .isThrownBy(
            () ->
                TypeSchemas.compile(
                    json(
                        "{'telemetry':%s,'desired':%s,'reported':%s,'commands':{'a':%s}}"
                            .formatted(large, large, large, large))))
        .withMessageContaining("together");
  }
}
