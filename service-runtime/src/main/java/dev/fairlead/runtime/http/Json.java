package dev.fairlead.runtime.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// JSON of the HTTP interfaces: records as objects, times as ISO 8601, an empty `Optional` as null.
/// A request with a property that nobody knows is refused, because it is most often a typing error.
public final class Json {
  /// Deeper documents are refused, so that none exhausts the stack.
  private static final int DEPTH_MAX = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .build();

  private Json() {}

  /// The one mapper. Not to be configured further.
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /// The document of a value, in UTF-8.
  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("not a value that JSON can hold: " + value.getClass(), e);
    }
  }

  /// The document of a value.
  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("not a value that JSON can hold: " + value.getClass(), e);
    }
  }

  /// The tree of a document: maps, lists, texts, numbers, booleans and null.
  ///
  /// @throws ProblemException `malformed-json`
  static @Nullable Object tree(byte[] document) {
    try {
      return MAPPER.readValue(document, Object.class);
    } catch (IOException e) {
      throw malformed();
    }
  }

  /// Reads a document as an object of a type.
  ///
  /// @throws ProblemException `malformed-json` for what is not JSON, `validation-failed` for what
  ///     does not fit the type
  public static <T> T read(byte[] document, Class<T> type) {
    try {
      @Nullable T value = MAPPER.readValue(document, type);
      if (value == null) {
        throw mismatch("").exception();
      }
      return value;
    } catch (JsonMappingException e) {
      throw mismatch(e.getPath().stream().map(Json::step).collect(Collectors.joining()))
          .exception();
    } catch (IOException e) {
      throw malformed();
    }
  }

  private static ProblemException malformed() {
    return Problem.of(ProblemType.MALFORMED_JSON, "The body cannot be read as JSON.").exception();
  }

  private static Problem mismatch(String pointer) {
    String reason = "does not fit what is expected here, or is not known here";
    return Problem.of(
            ProblemType.VALIDATION_FAILED,
            (pointer.isEmpty() ? "The body" : "The body at " + pointer) + " " + reason + ".")
        .with("errors", List.of(Map.of("pointer", pointer, "message", reason)));
  }

  private static String step(JsonMappingException.Reference reference) {
    return "/"
        + (reference.getFieldName() == null ? reference.getIndex() : reference.getFieldName());
  }
}
