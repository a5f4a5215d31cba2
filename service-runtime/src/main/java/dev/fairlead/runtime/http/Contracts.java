package dev.fairlead.runtime.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.impl.Utils;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads contracts in a form that Vert.x takes. It refuses a contract for media types that it does
/// not know, `application/problem+json` among them; those of answers are left out, as answers are
/// not checked, and a merge patch is noted beside the
/// JSON that it is.
final class Contracts {
  /// In the model of a body: that it may be called a merge patch (RFC 7396) as well.
  static final String MERGE_PATCH_MARK = "x-merge-patch";

  /// In the model of a body that is in none of the media types that Vert.x knows: in which it is.
  static final String MEDIA_TYPES_MARK = "x-media-types";

  /// What Vert.x is told in place of them.
  private static final String BYTES = "application/octet-stream";

  /// Bodies have it, answers do not.
  private static final String REQUIRED = "required";

  /// The media type of merge patches.
  static final String MERGE_PATCH = "application/merge-patch+json";

  private static final String JSON = "application/json";

  private Contracts() {}

  /// The contract in a YAML document. Fails when it is not one, or not OpenAPI 3.1.
  static Future<OpenAPIContract> read(Vertx vertx, Buffer document) {
    return Utils.yamlStringToJson(document.toString())
        .compose(
            json -> {
              adapt(json);
              return OpenAPIContract.from(vertx, json);
            });
  }

  private static void adapt(@Nullable Object node) {
    switch (node) {
      case JsonObject object -> {
        if (object.getValue("content") instanceof JsonObject content) {
          adaptContent(object, content);
        }
        object.forEach(member -> adapt(member));
      }
      case JsonArray array -> array.forEach(Contracts::adapt);
      case Map.Entry<?, ?> member -> adapt(member.getValue());
      case null, default -> {}
    }
  }

  private static void adaptContent(JsonObject owner, JsonObject content) {
    if (content.containsKey(MERGE_PATCH) && content.containsKey(JSON)) {
      owner.put(MERGE_PATCH_MARK, true);
    }
    List<String> names = List.copyOf(content.fieldNames());
    for (String name : names) {
      // A name without a slash is no media type, but a property that is called content.
      if (name.contains("/") && !MediaType.isMediaTypeSupported(name)) {
        content.remove(name);
      }
    }
    if (content.isEmpty() && owner.containsKey(REQUIRED)) {
      owner.put(MEDIA_TYPES_MARK, new JsonArray(names));
      content.put(BYTES, new JsonObject());
    }
  }
}
