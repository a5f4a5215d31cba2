package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// `docs/reference/permissions.md`, from the `x-role` of the contracts, which is also what every
/// service checks.
final class PermissionsPage {

  private static final List<String> SERVICES = List.of("registry", "command");
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

  private PermissionsPage() {}

  private record Permission(String service, String method, String path, String role, String does) {}

  static String content() {
    StringBuilder page =
        new StringBuilder(
            """
            # Permissions

            Made from the contracts. Each role may do what those before it may: `viewer`, `operator`, `admin`, `platform`. All but `platform` act in the tenant
            of their key alone; a platform admin chooses one with the header `Fairlead-Tenant`. The role is checked before anything else of a request is looked at.
            Some operations ask for more, depending on what they are given; their descriptions say so. Nobody gives away a role above their own.

            """);
    page.append(MarkdownTable.header("Operation", "Needs", "Does"));
    List<Permission> permissions = new ArrayList<>();
    SERVICES.forEach(service -> permissions.addAll(permissions(service)));
    permissions.stream()
        .sorted(Comparator.comparing(Permission::path).thenComparing(Permission::method))
        .forEach(
            each ->
                page.append(
                    MarkdownTable.row(
                        code(each.method() + " " + each.path()),
                        each.role().equals("nothing") ? each.role() : code(each.role()),
                        each.does())));
    return page.toString();
  }

  private static List<Permission> permissions(String service) {
    Map<?, ?> contract =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(
                SourceTree.read(
                    "%s-service/src/main/resources/%s/openapi.yaml".formatted(service, service)));
    List<Permission> permissions = new ArrayList<>();
    map(contract.get("paths"))
        .forEach(
            (path, operations) ->
                map(operations)
                    .forEach(
                        (method, operation) -> {
                          if (METHODS.contains(String.valueOf(method))) {
                            permissions.add(
                                permission(
                                    service,
                                    String.valueOf(method),
                                    String.valueOf(path),
                                    map(operation)));
                          }
                        }));
    return permissions;
  }

  private static Permission permission(
      String service, String method, String path, Map<?, ?> operation) {
    Object role = operation.get("x-role");
    return new Permission(
        service,
        method.toUpperCase(Locale.ROOT),
        path,
        role == null ? "nothing" : role.toString(),
        String.valueOf(operation.get("summary")));
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return node instanceof Map<?, ?> map ? map : Map.of();
  }
}
