package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.http.ProxyAddresses;
import dev.fairlead.runtime.settings.Settings;

/// What a gateway believes those who pass devices on to it.
///
/// @param addresses of the proxies; the headers of anybody else are not believed
/// @param certificateHeader the header in which a proxy names the device's certificate
public record ProxySettings(ProxyAddresses addresses, String certificateHeader) {

  private static final String HEADER_FORM = "[A-Za-z0-9-]{1,64}";

  /// Reads the settings.
  public static ProxySettings from(Settings settings) {
    String header =
        settings.text(
            "CLIENT_CERTIFICATE_HEADER",
            "X-Client-Certificate",
            "The header in which a proxy names the client certificate: DER in Base64.");
    if (!header.matches(HEADER_FORM)) {
      settings.problem("FAIRLEAD_CLIENT_CERTIFICATE_HEADER must be 1 to 64 of A-Z a-z 0-9 and '-'");
    }
    return new ProxySettings(ProxyAddresses.from(settings), header);
  }
}
