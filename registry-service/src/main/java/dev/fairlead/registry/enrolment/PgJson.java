package dev.fairlead.registry.enrolment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.fairlead.runtime.http.Json;
import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tags and rules as columns, read as text and written as `$n::text::jsonb`.
final class PgJson {

  private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

  private PgJson() {}

  static String text(Object value) {
    return Json.text(value);
  }

  static Map<String, String> tags(Row row) {
    return read(row.getString("tags"), TAGS);
  }

  static Optional<EnrolmentRule> rule(Row row) {
    @Nullable String rule = row.getString("rule");
    return rule == null
        ? Optional.empty()
        : Optional.of(read(rule, new TypeReference<EnrolmentRule>() {}));
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return Json.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database holds what does not fit", e);
    }
  }
}
