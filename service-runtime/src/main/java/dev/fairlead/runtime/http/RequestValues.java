package dev.fairlead.runtime.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The texts of a request outside its body, copied so that any thread may read them.
///
/// @param path parameters of the path, decoded
/// @param query parameters of the query, decoded, in order
/// @param headers the first value of each header field; names in any case
record RequestValues(
    Map<String, String> path, Map<String, List<String>> query, Map<String, String> headers) {

  static RequestValues of(RoutingContext context) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    context
        .request()
        .headers()
        .forEach(entry -> headers.putIfAbsent(entry.getKey(), entry.getValue()));
    MultiMap params = context.queryParams();
    Map<String, List<String>> query = new LinkedHashMap<>();
    params.names().forEach(name -> query.put(name, List.copyOf(params.getAll(name))));
    return new RequestValues(
        Map.copyOf(context.pathParams()),
        Collections.unmodifiableMap(query),
        Collections.unmodifiableMap(headers));
  }
}
