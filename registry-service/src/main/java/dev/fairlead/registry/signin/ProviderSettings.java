package dev.fairlead.registry.signin;

import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A provider of OpenID Connect, and what Fairlead is to it.
///
/// @param issuer as the provider writes it; its discovery document lies below
/// @param clientId that the provider has given to this installation
/// @param clientSecret that goes with it; none for a public client
/// @param scopes to ask for; `openid` is always one
/// @param redirectUrl where the provider sends browsers back to
/// @param claims what claims are worth
public record ProviderSettings(
    URI issuer,
    String clientId,
    Optional<Secret> clientSecret,
    List<String> scopes,
    URI redirectUrl,
    ClaimRules claims) {

  /// The path of the callback below the public URL.
  static final String CALLBACK = "/api/v1/sign-in/callback";

  private static final String OPENID = "openid";
  private static final List<String> SCOPES = List.of(OPENID, "email", "profile");

  /// Reads the settings `OIDC_…`; empty where no issuer is set.
  static Optional<ProviderSettings> from(Settings settings, Optional<URI> publicUrl) {
    Optional<String> issuer =
        settings.optionalText(
            "OIDC_ISSUER", "The issuer of the OpenID Connect provider by which people sign in.");
    Optional<String> clientId =
        settings.optionalText("OIDC_CLIENT_ID", "The client id at the provider.");
    Optional<Secret> clientSecret =
        settings.optionalSecret(
            "OIDC_CLIENT_SECRET", "The client secret at the provider; none for a public client.");
    List<String> scopes =
        settings.list("OIDC_SCOPES", SCOPES, "The scopes to ask the provider for.");
    Optional<String> redirect =
        settings.optionalText(
            "OIDC_REDIRECT_URL",
            "Where the provider sends browsers back to, if not `FAIRLEAD_PUBLIC_URL` and `"
                + CALLBACK
                + "`.");
    ClaimRules claims = ClaimRules.from(settings);
    if (issuer.isEmpty()) {
      return Optional.empty();
    }
    Optional<URI> redirectUrl =
        redirect.isPresent()
            ? address(settings, "OIDC_REDIRECT_URL", redirect.get())
            : publicUrl.map(url -> url.resolve(CALLBACK));
    Optional<URI> issuerUrl = address(settings, "OIDC_ISSUER", issuer.get());
    if (clientId.isEmpty()) {
      settings.problem(
          Settings.PREFIX
              + "OIDC_CLIENT_ID must be set where "
              + Settings.PREFIX
              + "OIDC_ISSUER is");
    }
    if (redirect.isEmpty() && publicUrl.isEmpty()) {
      settings.problem(
          Settings.PREFIX
              + "PUBLIC_URL or "
              + Settings.PREFIX
              + "OIDC_REDIRECT_URL must be set where "
              + Settings.PREFIX
              + "OIDC_ISSUER is");
    }
    if (issuerUrl.isEmpty() || redirectUrl.isEmpty() || clientId.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ProviderSettings(
            issuerUrl.get(), clientId.get(), clientSecret, scopes, redirectUrl.get(), claims));
  }

  /// @throws IllegalArgumentException without an id of the client
  public ProviderSettings {
    if (clientId.isEmpty()) {
      throw new IllegalArgumentException("a client has an id");
    }
    scopes =
        scopes.contains(OPENID)
            ? List.copyOf(scopes)
            : Stream.concat(Stream.of(OPENID), scopes.stream()).toList();
  }

  private static Optional<URI> address(Settings settings, String name, String text) {
    Optional<URI> address = WebAddress.of(text);
    if (address.isEmpty()) {
      settings.problem(Settings.PREFIX + name + " must be https://…, or http:// on the loopback");
    }
    return address;
  }
}
