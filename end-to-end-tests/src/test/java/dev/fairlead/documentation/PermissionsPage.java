package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import dev.fairlead.documentation.contract.Contract;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// `docs/reference/permissions.md`, from the `x-role` of the contracts, which is also what every
/// service checks.
final class PermissionsPage {

  private static final List<String> SERVICES = List.of("registry", "command");

  private PermissionsPage() {}

  private record Permission(String method, String path, String role, String scope, String does) {}

  static String content() {
    StringBuilder page =
        new StringBuilder(
            """
            # Permissions

            Made from the contracts. Each role may do what those before it may: `viewer`, `operator`, `admin`, `platform`. All but `platform` act in the tenant
            of their key alone; a platform admin chooses one with the header `Fairlead-Tenant`. The role is checked before anything else of a request is looked at.
            Some operations ask for more, depending on what they are given; their descriptions say so. Nobody gives away a role above their own.

            An API key that is [kept to a group](../groups.md) may use an operation only for what stands under *For a group*: `device`, the device that the path
            names, if it is in the group, for there are no others to such a key; `own`, as far as it is about those devices or about the key itself; nothing at all where it is empty.

            """);
    page.append(MarkdownTable.header("Operation", "Needs", "For a group", "Does"));
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
                        each.scope().isEmpty() ? "" : code(each.scope()),
                        each.does())));
    return page.toString();
  }

  private static List<Permission> permissions(String service) {
    return Contract.ofSources(service).operations().stream()
        .map(
            operation ->
                new Permission(
                    operation.method().toUpperCase(Locale.ROOT),
                    operation.path(),
                    operation.role().orElse("nothing"),
                    operation.scope().orElse(""),
                    operation.definition().path("summary").asText()))
        .toList();
  }
}
