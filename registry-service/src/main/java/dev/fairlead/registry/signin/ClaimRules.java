package dev.fairlead.registry.signin;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.settings.Settings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the claims of a provider are worth here. Nothing, unless it is said that they are worth
/// something.
///
/// @param roleClaim the claim whose value, or values, give a role; dots lead into objects
/// @param roles which value gives which role; the highest counts
/// @param tenantClaim the claim that names the tenant; without one it is the default tenant
public record ClaimRules(
    Optional<String> roleClaim, Map<String, Role> roles, Optional<String> tenantClaim) {

  /// Rules by which claims give nobody anything.
  public static ClaimRules none() {
    return new ClaimRules(Optional.empty(), Map.of(), Optional.empty());
  }

  public ClaimRules {
    roles = Map.copyOf(roles);
  }

  /// What claims give.
  record Grant(TenantId tenant, Role role) {}

  /// Reads `OIDC_ROLE_CLAIM`, `OIDC_ROLES` and `OIDC_TENANT_CLAIM`.
  static ClaimRules from(Settings settings) {
    Optional<String> roleClaim =
        settings.optionalText(
            "OIDC_ROLE_CLAIM",
            "The claim that gives people their role, such as `groups` or `realm_access.roles`;"
                + " without one only those who were invited come in.");
    List<String> pairs =
        settings.list(
            "OIDC_ROLES",
            List.of(),
            "Which value of that claim gives which role, such as `fleet-admins=admin,staff=viewer`;"
                + " the highest counts.");
    Optional<String> tenantClaim =
        settings.optionalText(
            "OIDC_TENANT_CLAIM",
            "The claim that names the tenant of those who get their role from a claim; without one"
                + " it is the default tenant.");
    Map<String, Role> roles = new LinkedHashMap<>();
    for (String pair : pairs) {
      int at = pair.lastIndexOf('=');
      Optional<Role> role = at < 1 ? Optional.empty() : role(pair.substring(at + 1).strip());
      if (role.isEmpty()) {
        settings.problem(
            Settings.PREFIX
                + "OIDC_ROLES must be VALUE=ROLE, a role being viewer, operator, admin or"
                + " platform, not '"
                + pair
                + "'");
      } else {
        roles.put(pair.substring(0, at).strip(), role.get());
      }
    }
    if (roleClaim.isPresent() == roles.isEmpty()) {
      settings.problem(
          Settings.PREFIX + "OIDC_ROLE_CLAIM and " + Settings.PREFIX + "OIDC_ROLES go together");
    }
    return new ClaimRules(roleClaim, roles, tenantClaim);
  }

  private static Optional<Role> role(String word) {
    return Stream.of(Role.values())
        .filter(role -> role.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst();
  }

  /// What these claims give; empty when they give nothing.
  Optional<Grant> grant(Map<String, Object> claims) {
    Optional<Role> role =
        roleClaim.stream()
            .flatMap(name -> values(claims, name))
            .flatMap(value -> Optional.ofNullable(roles.get(value)).stream())
            .max(Role::compareTo);
    return role.flatMap(given -> tenant(claims).map(tenant -> new Grant(tenant, given)));
  }

  private Optional<TenantId> tenant(Map<String, Object> claims) {
    if (tenantClaim.isEmpty()) {
      return Optional.of(TenantId.DEFAULT);
    }
    List<String> named = values(claims, tenantClaim.get()).toList();
    // Somebody of two tenants is of none that we could choose.
    return named.size() == 1 && TenantId.isValid(named.getFirst())
        ? Optional.of(new TenantId(named.getFirst()))
        : Optional.empty();
  }

  /// The texts of a claim. A name that is there as it stands goes before a path, as there are names
  /// with dots (`https://example.com/roles`).
  private static Stream<String> values(Map<String, Object> claims, String name) {
    @Nullable Object value = claims.containsKey(name) ? claims.get(name) : at(claims, name);
    return switch (value) {
      case null -> Stream.empty();
      case String text -> Stream.of(text);
      case Collection<?> several ->
          several.stream().filter(String.class::isInstance).map(String.class::cast);
      default -> Stream.empty();
    };
  }

  private static @Nullable Object at(Map<?, ?> claims, String path) {
    @Nullable Object value = claims;
    for (String step : path.split("\\.", -1)) {
      value = value instanceof Map<?, ?> object ? object.get(step) : null;
    }
    return value;
  }
}
