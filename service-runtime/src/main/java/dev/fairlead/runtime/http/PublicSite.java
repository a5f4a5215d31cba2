package dev.fairlead.runtime.http;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where browsers find the product, and what follows from it for origins and cookies.
///
/// @param url the one address that people use; without one, whatever address a request names
public record PublicSite(Optional<URI> url) {
  private static final String HTTPS = "https";
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d+)?");

  /// The site as one request meets it.
  ///
  /// @param tls whether the request came encrypted to this process
  /// @param authority host and port, as the request names them
  public record Met(PublicSite site, boolean tls, String authority) {

    /// Whether cookies are for encrypted connections only. All are, but those of a machine that
    /// talks to itself without encryption: the browser would not keep them there.
    public boolean isSecure() {
      return site.url
          .map(url -> HTTPS.equals(url.getScheme()))
          .orElseGet(() -> tls || !LOOPBACK.matcher(authority).matches());
    }

    /// The full name of a cookie. The prefix makes browsers see to it that nobody else, no
    /// neighbour under the same domain, can have set it (RFC 6265bis §4.1.3.2).
    public String cookieName(String name) {
      return isSecure() ? "__Host-" + name : name;
    }

    /// The `Set-Cookie` field of a cookie that no script can read and no other site's request
    /// carries, but for a link that is followed to us.
    ///
    /// @param value of characters that a cookie may hold
    /// @param lifetime zero to delete the cookie
    public String setCookie(String name, String value, Duration lifetime) {
      return cookieName(name)
          + "="
          + value
          + "; Path=/; Max-Age="
          + lifetime.toSeconds()
          + "; HttpOnly; SameSite=Lax"
          + (isSecure() ? "; Secure" : "");
    }

    /// Whether nothing that a browser says of a request contradicts that a page of this site sends
    /// it. A program says nothing.
    ///
    /// @param fetchSite the field `Sec-Fetch-Site`
    /// @param origin the field `Origin`
    public boolean mayBeOwnPage(Optional<String> fetchSite, Optional<String> origin) {
      return fetchSite.map("same-origin"::equals).orElse(true)
          && origin.map(this::isOwn).orElse(true);
    }

    private boolean isOwn(String origin) {
      // Without a public URL only the authority counts: a proxy that ends TLS hides the scheme.
      String lower = origin.toLowerCase(Locale.ROOT);
      return site.url
          .map(url -> lower.equals(originOf(url)))
          .orElseGet(
              () ->
                  lower.equals("https://" + authority.toLowerCase(Locale.ROOT))
                      || lower.equals("http://" + authority.toLowerCase(Locale.ROOT)));
    }

    private static String originOf(URI url) {
      return (url.getScheme() + "://" + url.getRawAuthority()).toLowerCase(Locale.ROOT);
    }
  }
}
