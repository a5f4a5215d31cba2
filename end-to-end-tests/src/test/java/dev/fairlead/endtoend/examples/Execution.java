package dev.fairlead.endtoend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.documentation.contract.AnswerExample;
import dev.fairlead.documentation.contract.BodyExample;
import dev.fairlead.documentation.contract.Operation;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A request whose answer a contract shows.
///
/// It is the first that the contract shows for its operation, changed by what `x-request` says:
/// `path`, `query` and `headers` name parameters and their values; `body` is a text in place of the
/// body, `bodyBytes` the size of one that means nothing, `contentType` what it is sent as; `key` is
/// `admin`, `viewer`, `device` (its token), `query` (the same in the URL), `session` (of a browser)
/// `wrong` or `none`; `real` names what the world has that is put in a member of the body, unless
/// `key` is `none`.
///
/// @param answer that is shown
/// @param body of the request, if it has one
record Execution(AnswerExample answer, Optional<BodyExample> body) {

  private static final Pattern PLACE = Pattern.compile("([^/]+)/\\{(\\w+)}");

  /// Every way to the answers that an operation shows.
  static List<Execution> of(Operation operation) {
    List<Execution> executions = new ArrayList<>();
    for (AnswerExample answer : operation.answers()) {
      if (operation.bodies().isEmpty()) {
        executions.add(new Execution(answer, Optional.empty()));
      }
      answer.bodies().forEach(body -> executions.add(new Execution(answer, Optional.of(body))));
    }
    return executions;
  }

  /// The request, in a world that is prepared.
  Http.Request request(World world) {
    Operation operation = answer.operation();
    Map<String, List<String>> query = query();
    Map<String, String> headers = headers(world);
    switch (answer.request().path("key").asText(usualKey())) {
      case "admin" -> headers.put("Authorization", "Bearer " + world.cluster().adminKey());
      case "viewer" -> headers.put("Authorization", "Bearer " + world.viewerKey());
      case "device" -> headers.put("Authorization", "Bearer " + world.token());
      case "query" -> query.put("token", List.of(world.token()));
      case "session" -> {
        headers.put("Cookie", world.session().cookie());
        headers.put("Fairlead-CSRF", world.session().csrfToken());
        headers.put("Sec-Fetch-Site", "same-origin");
      }
      case "wrong" -> headers.put("Authorization", "Bearer " + World.WRONG_KEY);
      case "none" -> {}
      case String other ->
          throw new IllegalArgumentException(answer + ": x-request has no key '" + other + "'");
    }
    return new Http.Request(
        world.portOf(operation.contract().service()),
        operation.method().toUpperCase(java.util.Locale.ROOT),
        path(world) + (query.isEmpty() ? "" : "?" + encoded(query)),
        headers,
        text(world),
        world.address());
  }

  private String usualKey() {
    if (answer.operation().isOpen()) {
      return "none";
    }
    return answer.operation().contract().service().equals("gateway") ? "device" : "admin";
  }

  private Map<String, String> headers(World world) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(answer.operation().parameterExamples("header"));
    if (headers.containsKey("Upgrade")) {
      headers.put("Connection", "Upgrade");
    }
    if (answer.operation().hasParameter("header", "Fairlead-Tenant")) {
      headers.put("Fairlead-Tenant", world.tenant());
    }
    body.ifPresent(example -> headers.put("Content-Type", example.mediaType()));
    if (answer.request().has("contentType")) {
      headers.put("Content-Type", answer.request().path("contentType").asText());
    }
    answer
        .request()
        .path("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
    return headers;
  }

  private Map<String, List<String>> query() {
    Map<String, List<String>> query = new TreeMap<>();
    for (Map.Entry<String, JsonNode> parameter : answer.request().path("query").properties()) {
      List<String> values = new ArrayList<>();
      if (parameter.getValue().isArray()) {
        parameter.getValue().forEach(value -> values.add(value.asText()));
      } else {
        values.add(parameter.getValue().asText());
      }
      query.put(parameter.getKey(), values);
    }
    return query;
  }

  private String path(World world) {
    return PLACE
        .matcher(answer.operation().path())
        .replaceAll(
            place ->
                Matcher.quoteReplacement(
                    place.group(1) + "/" + valueOf(place.group(1), place.group(2), world)));
  }

  /// What the example says, else what was made in this world, else what the parameter shows.
  private String valueOf(String segment, String name, World world) {
    JsonNode told = answer.request().path("path").path(name);
    return Optional.of(told.asText())
        .filter(text -> !text.isEmpty())
        .or(() -> world.idBelow(segment))
        .or(() -> Optional.ofNullable(answer.operation().parameterExamples("path").get(name)))
        .map(Execution::encoded)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "%s: nothing to put in place of {%s}; give the schema of the parameter 'examples', or the example an x-given that makes one"
                        .formatted(answer, name)));
  }

  private static String encoded(Map<String, List<String>> query) {
    return query.entrySet().stream()
        .flatMap(
            parameter ->
                parameter.getValue().stream()
                    .map(value -> encoded(parameter.getKey()) + "=" + encoded(value)))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private String text(World world) {
    JsonNode change = answer.request();
    if (change.has("bodyBytes")) {
      return "\"" + "x".repeat(change.path("bodyBytes").asInt() - 2) + "\"";
    }
    return change.path("body").asText(body.map(example -> text(example.value(), world)).orElse(""));
  }

  /// What is no JSON stands in the contract as the text that it is.
  private String text(JsonNode value, World world) {
    return value.isTextual() ? value.textValue() : withReal(value, world).toString();
  }

  /// The document with what this world has in place of what no example can tell.
  private JsonNode withReal(JsonNode document, World world) {
    if (answer.request().path("key").asText().equals("none")) {
      return document;
    }
    ObjectNode changed = document.deepCopy();
    answer
        .request()
        .path("real")
        .properties()
        .forEach(
            member ->
                world
                    .real(member.getValue().asText())
                    .ifPresent(text -> changed.put(member.getKey(), text)));
    return changed;
  }

  /// What a report calls it.
  String title() {
    return answer
        + body.map(example -> " by " + example.name() + " " + example.mediaType()).orElse("");
  }
}
