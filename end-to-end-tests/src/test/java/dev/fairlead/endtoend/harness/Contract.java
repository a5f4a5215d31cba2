package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The operations of a service, as its contract tells them.
public final class Contract {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  private Contract() {}

  /// An operation.
  ///
  /// @param service whose it is
  /// @param path with its parameters in braces
  /// @param role that it needs; empty for one that is open to everyone
  /// @param example of its body, if it has one
  public record Operation(
      String service,
      String id,
      String method,
      String path,
      Optional<String> role,
      Optional<Example> example) {

    /// The parameters of the path.
    public List<String> parameters() {
      Matcher matcher = PARAMETER.matcher(path);
      List<String> names = new ArrayList<>();
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
      return names;
    }

    @Override
    public String toString() {
      return id;
    }
  }

  /// A body.
  public record Example(String mediaType, @Nullable Object value) {}

  /// The operations of a service of this checkout.
  public static List<Operation> operations(String service) {
    Map<?, ?> contract = read(service);
    List<Operation> operations = new ArrayList<>();
    map(contract.get("paths"))
        .forEach(
            (path, item) ->
                map(item)
                    .forEach(
                        (method, operation) -> {
                          if (METHODS.contains(String.valueOf(method))) {
                            operations.add(
                                operation(
                                    service,
                                    String.valueOf(method),
                                    String.valueOf(path),
                                    map(operation)));
                          }
                        }));
    return operations;
  }

  private static Map<?, ?> read(String service) {
    Path file =
        Path.of("../%s-service/src/main/resources/%s/openapi.yaml".formatted(service, service));
    try {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Operation operation(
      String service, String method, String path, Map<?, ?> operation) {
    return new Operation(
        service,
        String.valueOf(operation.get("operationId")),
        method.toUpperCase(Locale.ROOT),
        path,
        Optional.ofNullable(operation.get("x-role")).map(Object::toString),
        example(map(map(operation.get("requestBody")).get("content"))));
  }

  private static Optional<Example> example(Map<?, ?> content) {
    return content.entrySet().stream()
        .findFirst()
        .map(
            media -> {
              Map<?, ?> type = map(media.getValue());
              return new Example(
                  String.valueOf(media.getKey()),
                  map(type.get("examples")).values().stream()
                      .findFirst()
                      .<@Nullable Object>map(named -> map(named).get("value"))
                      .orElse(type.get("example")));
            });
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return node instanceof Map<?, ?> map ? map : Map.of();
  }
}
