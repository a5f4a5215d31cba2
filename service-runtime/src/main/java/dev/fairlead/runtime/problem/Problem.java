package dev.fairlead.runtime.problem;

import static java.util.Objects.requireNonNull;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One error as it is told to a caller, after RFC 9457.
///
/// @param type which kind of error
/// @param detail what is wrong with this request, in a sentence that helps the caller and shows
///     nothing internal
/// @param instance where it happened, usually the path of the request; absent until it is known
/// @param extensions further members of the document; values are JSON values (text, number,
///     boolean, list, map)
/// @param headers header fields that belong to the answer, `Retry-After` for one
public record Problem(
    ProblemType type,
    String detail,
    @Nullable String instance,
    Map<String, Object> extensions,
    Map<String, String> headers) {

  /// The media type of the document.
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final Set<String> MEMBERS =
      Set.of("type", "title", "status", "detail", "instance");

  public Problem {
    requireNonNull(type);
    requireNonNull(detail);
    extensions = Map.copyOf(extensions);
    headers = Map.copyOf(headers);
    if (extensions.keySet().stream().anyMatch(MEMBERS::contains)) {
      throw new IllegalArgumentException("an extension cannot take the name of a standard member");
    }
  }

  /// A problem without instance, extensions and headers.
  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, null, Map.of(), Map.of());
  }

  /// The same with one more member in the document.
  public Problem with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(extensions);
    more.put(name, value);
    return new Problem(type, detail, instance, more, headers);
  }

  /// The same with one more header field.
  public Problem withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(type, detail, instance, extensions, more);
  }

  /// The same with a `Retry-After`, in whole seconds, at least one.
  public Problem retryAfter(Duration delay) {
    return withHeader("Retry-After", Long.toString(Math.max(1, delay.toSeconds())));
  }

  /// The same at a place.
  public Problem at(String place) {
    return new Problem(type, detail, place, extensions, headers);
  }

  /// The exception that carries it.
  public ProblemException exception() {
    return new ProblemException(this);
  }

  /// The document.
  public JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("type", type.uri().toString())
            .put("title", type.title())
            .put("status", type.status())
            .put("detail", detail);
    if (instance != null) {
      json.put("instance", instance);
    }
    extensions.forEach(json::put);
    return json;
  }
}
