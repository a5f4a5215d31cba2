package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.http.ProxyAddresses;
import dev.fairlead.runtime.settings.Settings;

/// What a gateway believes those who pass devices on to it.
///
/// @param addresses of the proxies; the headers of anybody else are not believed
/// @param certificateHeader the header in which a proxy names the device's certificate
/// @param tlsPassedThrough whether connections with TLS are passed on as they are: then it is
///     devices that speak on them, and nothing that they say of themselves is believed
public record ProxySettings(
    ProxyAddresses addresses, String certificateHeader, boolean tlsPassedThrough) {

  private static final String HEADER_FORM = "[A-Za-z0-9-]{1,64}";

  /// Reads the settings.
  public static ProxySettings from(Settings settings, boolean tlsPassedThrough) {
    String header =
        settings.text(
            "CLIENT_CERTIFICATE_HEADER",
            "X-Client-Certificate",
            "The header in which a proxy names the client certificate: DER in Base64.");
    if (!header.matches(HEADER_FORM)) {
      settings.problem("FAIRLEAD_CLIENT_CERTIFICATE_HEADER must be 1 to 64 of A-Z a-z 0-9 and '-'");
    }
    return new ProxySettings(ProxyAddresses.from(settings), header, tlsPassedThrough);
  }
}
