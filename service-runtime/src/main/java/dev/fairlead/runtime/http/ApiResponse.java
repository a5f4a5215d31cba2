package dev.fairlead.runtime.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The answer of an operation.
///
/// @param status the HTTP status
/// @param headers header fields, besides `Content-Type` and `Content-Length`
/// @param body what becomes the JSON document, a record for one; absent for an answer without a
///     body
public record ApiResponse(int status, Map<String, String> headers, @Nullable Object body) {
  public ApiResponse {
    headers = Map.copyOf(headers);
  }

  /// 200 with a document.
  public static ApiResponse ok(Object body) {
    return new ApiResponse(200, Map.of(), body);
  }

  /// 201 with the path of what was made, and its document.
  public static ApiResponse created(String location, Object body) {
    return new ApiResponse(201, Map.of("Location", location), body);
  }

  /// 202 with the path of what was begun, and its document.
  public static ApiResponse accepted(String location, Object body) {
    return new ApiResponse(202, Map.of("Location", location), body);
  }

  /// 204.
  public static ApiResponse noContent() {
    return new ApiResponse(204, Map.of(), null);
  }

  /// 303: go on with a GET at another address.
  public static ApiResponse seeOther(String location) {
    return new ApiResponse(303, Map.of("Location", location), null);
  }

  /// 200 with a body that is made while it is sent.
  ///
  /// @param parts gives the next part of the body, an empty one at the end; is asked again only
  ///     when the part before has left
  public static ApiResponse streamed(String contentType, Supplier<Future<Buffer>> parts) {
    return new ApiResponse(200, Map.of(), new ApiStream(contentType, parts, () -> {}, false));
  }

  /// 200 with a body that goes on as long as the caller listens, may listen and this process runs.
  /// No time limit of requests applies to it; whether the caller's key still opens is asked again
  /// every two seconds.
  ///
  /// @param parts gives the next part of the body, which may take its time, an empty one at the end
  /// @param stop is called once the caller is gone or may no longer listen: the next part, also one
  ///     that is being waited for, is then the empty one. May be called more than once
  public static ApiResponse live(
      String contentType, Supplier<Future<Buffer>> parts, Runnable stop) {
    return new ApiResponse(200, Map.of(), new ApiStream(contentType, parts, stop, true));
  }

  /// The same with one more header field.
  public ApiResponse withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ApiResponse(status, more, body);
  }
}
