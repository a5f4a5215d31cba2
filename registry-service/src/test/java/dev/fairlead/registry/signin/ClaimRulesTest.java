package dev.fairlead.registry.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimRulesTest {

  private static final Map<String, Role> ROLES = Map.of("admins", Role.ADMIN, "staff", Role.VIEWER);

  private static Optional<ClaimRules.Grant> grant(String roleClaim, Map<String, Object> claims) {
    return new ClaimRules(Optional.of(roleClaim), ROLES, Optional.empty()).grant(claims);
  }

  private static Optional<ClaimRules.Grant> inDefault(Role role) {
    return Optional.of(new ClaimRules.Grant(TenantId.DEFAULT, role));
  }

  @Test
  void giveNothingUnlessTheyAreSet() {
    assertThat(ClaimRules.none().grant(Map.of("groups", "admins", "role", "platform"))).isEmpty();
  }

  @Test
  void giveTheHighestRoleOfThoseNamed() {
    assertThat(grant("groups", Map.of("groups", List.of("staff", "admins", "others"))))
        .isEqualTo(inDefault(Role.ADMIN));
    assertThat(grant("groups", Map.of("groups", "staff"))).isEqualTo(inDefault(Role.VIEWER));
    assertThat(grant("groups", Map.of("groups", List.of("Admins", 7)))).isEmpty();
    assertThat(grant("groups", Map.of("groups", true))).isEmpty();
    assertThat(grant("groups", Map.of())).isEmpty();
  }

  @Test
  void findClaimsInObjectsAndUnderNamesWithDots() {
    assertThat(
            grant("realm_access.roles", Map.of("realm_access", Map.of("roles", List.of("staff")))))
        .isEqualTo(inDefault(Role.VIEWER));
    assertThat(grant("https://example.com/roles", Map.of("https://example.com/roles", "staff")))
        .isEqualTo(inDefault(Role.VIEWER));
    assertThat(grant("realm_access.roles", Map.of("realm_access", "roles"))).isEmpty();
  }

  @Test
  void takeTheTenantFromItsClaimAndFromNowhereElse() {
    // Given
    ClaimRules rules = new ClaimRules(Optional.of("groups"), ROLES, Optional.of("org"));

    // Then
    assertThat(rules.grant(Map.of("groups", "staff", "org", "acme")))
        .contains(new ClaimRules.Grant(new TenantId("acme"), Role.VIEWER));
    assertThat(rules.grant(Map.of("groups", "staff"))).isEmpty();
    assertThat(rules.grant(Map.of("groups", "staff", "org", "Not A Tenant"))).isEmpty();
    assertThat(rules.grant(Map.of("groups", "staff", "org", List.of("acme", "blue")))).isEmpty();
  }

  @Test
  void areReadFromSettings() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_OIDC_ROLE_CLAIM", "groups",
                "FAIRLEAD_OIDC_ROLES", "cn=ops=operator , staff=viewer",
                "FAIRLEAD_OIDC_TENANT_CLAIM", "org"));

    // When
    ClaimRules rules = ClaimRules.from(settings);

    // Then
    settings.finish();
    assertThat(rules)
        .isEqualTo(
            new ClaimRules(
                Optional.of("groups"),
                Map.of("cn=ops", Role.OPERATOR, "staff", Role.VIEWER),
                Optional.of("org")));
  }

  @Test
  void areNotGuessed() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_OIDC_ROLE_CLAIM", "groups",
                "FAIRLEAD_OIDC_ROLES", "staff,admins=king"));

    // When
    ClaimRules.from(settings);

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("not 'staff'")
        .hasMessageContaining("not 'admins=king'")
        .hasMessageContaining("go together");
  }
}
