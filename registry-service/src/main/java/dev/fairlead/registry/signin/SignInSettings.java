package dev.fairlead.registry.signin;

import dev.fairlead.runtime.http.PublicSite;
import dev.fairlead.runtime.settings.Settings;
import java.net.URI;
import java.util.Optional;

/// How people sign in.
///
/// @param site where browsers find the product
/// @param sessions how long a browser stays signed in
/// @param provider who vouches for people; without one, only API keys open a session
public record SignInSettings(
    PublicSite site, SessionRules sessions, Optional<ProviderSettings> provider) {

  /// Without a provider and a public URL.
  public static SignInSettings none() {
    return new SignInSettings(
        new PublicSite(Optional.empty()), SessionRules.defaults(), Optional.empty());
  }

  /// Reads `PUBLIC_URL`, `SESSION_…` and `OIDC_…`.
  public static SignInSettings from(Settings settings) {
    Optional<URI> url =
        settings
            .optionalText(
                "PUBLIC_URL",
                "The one address that people use, such as `https://fleet.example.com`; without one,"
                    + " the address that each request names.")
            .flatMap(text -> site(settings, text));
    return new SignInSettings(
        new PublicSite(url), SessionRules.from(settings), ProviderSettings.from(settings, url));
  }

  private static Optional<URI> site(Settings settings, String text) {
    Optional<URI> url = WebAddress.of(text);
    if (url.isEmpty() || !url.get().getRawPath().matches("/?") || url.get().getRawQuery() != null) {
      settings.problem(
          Settings.PREFIX
              + "PUBLIC_URL must be https://HOST[:PORT], or http:// on the loopback, and nothing"
              + " behind it");
      return Optional.empty();
    }
    return url;
  }
}
