package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicSiteTest {

  private static final PublicSite ANY = new PublicSite(Optional.empty());
  private static final PublicSite FLEET =
      new PublicSite(Optional.of(URI.create("https://fleet.example.com")));

  private static PublicSite.Met met(PublicSite site, boolean tls, String authority) {
    return new PublicSite.Met(site, tls, authority);
  }

  private static boolean mayCome(PublicSite.Met site, String origin) {
    return site.mayBeOwnPage(Optional.empty(), Optional.of(origin));
  }

  @Test
  void setsCookiesThatOnlyThisHostCanHaveSet() {
    assertThat(met(FLEET, false, "10.0.0.7:8082").setCookie("session", "x", Duration.ofHours(1)))
        .isEqualTo("__Host-session=x; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
  }

  @Test
  void setsCookiesThatABrowserKeepsOnThePlainLoopback() {
    assertThat(met(ANY, false, "localhost:8080").setCookie("session", "x", Duration.ZERO))
        .isEqualTo("session=x; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
  }

  @ParameterizedTest
  @CsvSource({
    "true, localhost:8443, true",
    "false, localhost:8080, false",
    "false, 127.0.0.1, false",
    "false, '[::1]:8080', false",
    "false, fleet.example.com, true",
    "false, localhost.evil.example, true",
    "false, 127.0.0.1.evil.example:80, true",
    "false, '', true",
  })
  void isSecureButOnThePlainLoopback(boolean tls, String authority, boolean secure) {
    assertThat(met(ANY, tls, authority).isSecure()).isEqualTo(secure);
  }

  @Test
  void knowsItsOwnOriginByItsUrl() {
    // Given
    PublicSite.Met site = met(FLEET, false, "registry:8082");

    // Then
    assertThat(mayCome(site, "https://fleet.example.com")).isTrue();
    assertThat(mayCome(site, "http://fleet.example.com")).isFalse();
    assertThat(mayCome(site, "https://fleet.example.com:444")).isFalse();
    assertThat(mayCome(site, "https://registry:8082")).isFalse();
    assertThat(mayCome(site, "null")).isFalse();
  }

  @Test
  void knowsItsOwnOriginByWhatTheRequestNamesWithoutAnUrl() {
    // Given
    PublicSite.Met site = met(ANY, false, "Fleet.example.com:8443");

    // Then
    assertThat(mayCome(site, "https://fleet.example.com:8443")).isTrue();
    assertThat(mayCome(site, "https://fleet.example.com")).isFalse();
    assertThat(mayCome(site, "https://evil.example")).isFalse();
    assertThat(mayCome(site, "file://fleet.example.com:8443")).isFalse();
  }

  @Test
  void believesABrowserThatNamesAnotherSite() {
    // Given
    PublicSite.Met site = met(FLEET, false, "fleet.example.com");

    // Then
    assertThat(site.mayBeOwnPage(Optional.empty(), Optional.empty())).isTrue();
    assertThat(site.mayBeOwnPage(Optional.of("same-origin"), Optional.empty())).isTrue();
    assertThat(site.mayBeOwnPage(Optional.of("same-site"), Optional.empty())).isFalse();
    assertThat(
            site.mayBeOwnPage(Optional.of("cross-site"), Optional.of("https://fleet.example.com")))
        .isFalse();
  }
}
