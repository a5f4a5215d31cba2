package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.settings.Settings;
import java.util.List;

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
    List<String> addresses =
        settings.list(
            "PROXY_ADDRESSES",
            List.of(),
            "Addresses (192.0.2.7, 10.0.0.0/8) of the proxies whose headers are believed.");
    return new ProxySettings(addresses(settings, addresses), header);
  }

  private static ProxyAddresses addresses(Settings settings, List<String> texts) {
    try {
      return ProxyAddresses.of(texts);
    } catch (IllegalArgumentException e) {
      settings.problem(
          "FAIRLEAD_PROXY_ADDRESSES must be addresses such as 192.0.2.7 or 10.0.0.0/8, with commas"
              + " between them");
      return new ProxyAddresses(List.of());
    }
  }
}
