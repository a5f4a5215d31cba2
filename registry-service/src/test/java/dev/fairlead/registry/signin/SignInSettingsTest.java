package dev.fairlead.registry.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.http.PublicSite;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInSettingsTest {

  private static SignInSettings read(Map<String, String> environment) {
    Settings settings = Settings.of(environment);
    SignInSettings signIn = SignInSettings.from(settings);
    settings.finish();
    return signIn;
  }

  @Test
  void haveNoProviderByDefault() {
    // When
    SignInSettings settings = read(Map.of());

    // Then
    assertThat(settings).isEqualTo(SignInSettings.none());
    assertThat(settings.sessions())
        .isEqualTo(new SessionRules(Duration.ofHours(1), Duration.ofHours(12), 10));
  }

  @Test
  void takeEachFromItsVariable() {
    // When
    SignInSettings settings =
        read(
            Map.of(
                "FAIRLEAD_PUBLIC_URL", "https://fleet.example.com",
                "FAIRLEAD_SESSION_IDLE", "15m",
                "FAIRLEAD_SESSION_LIFETIME", "8h",
                "FAIRLEAD_SESSIONS_PER_PERSON", "3",
                "FAIRLEAD_OIDC_ISSUER", "https://id.example.com/realms/fleet",
                "FAIRLEAD_OIDC_CLIENT_ID", "fairlead",
                "FAIRLEAD_OIDC_CLIENT_SECRET", "the-secret",
                "FAIRLEAD_OIDC_SCOPES", "email,groups"));

    // Then
    assertThat(settings.site())
        .isEqualTo(new PublicSite(Optional.of(URI.create("https://fleet.example.com"))));
    assertThat(settings.sessions())
        .isEqualTo(new SessionRules(Duration.ofMinutes(15), Duration.ofHours(8), 3));
    assertThat(settings.provider())
        .contains(
            new ProviderSettings(
                URI.create("https://id.example.com/realms/fleet"),
                "fairlead",
                Optional.of(Secret.of("the-secret")),
                List.of("openid", "email", "groups"),
                URI.create("https://fleet.example.com/api/v1/sign-in/callback"),
                ClaimRules.none()));
  }

  @Test
  void takeARedirectUrlOfItsOwn() {
    // When
    SignInSettings settings =
        read(
            Map.of(
                "FAIRLEAD_OIDC_ISSUER", "https://id.example.com",
                "FAIRLEAD_OIDC_CLIENT_ID", "fairlead",
                "FAIRLEAD_OIDC_REDIRECT_URL", "http://127.0.0.1:8080/back"));

    // Then
    assertThat(settings.provider().orElseThrow().redirectUrl())
        .isEqualTo(URI.create("http://127.0.0.1:8080/back"));
  }

  @Test
  void tellEverythingThatIsMissing() {
    assertThatThrownBy(() -> read(Map.of("FAIRLEAD_OIDC_ISSUER", "https://id.example.com")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_OIDC_CLIENT_ID must be set")
        .hasMessageContaining("FAIRLEAD_PUBLIC_URL or FAIRLEAD_OIDC_REDIRECT_URL must be set");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://fleet.example.com",
        "https://fleet.example.com/path",
        "https://user@fleet.example.com",
        "https://fleet.example.com?x",
        "ftp://localhost",
        "fleet.example.com",
        "not an address"
      })
  void refuseAPublicUrlThatIsNoneOrNotEncrypted(String url) {
    assertThatThrownBy(() -> read(Map.of("FAIRLEAD_PUBLIC_URL", url)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_PUBLIC_URL must be https://");
  }
}
