package dev.fairlead.gateway.membership;

import java.security.SecureRandom;
import java.util.HexFormat;

/// Names a gateway, afresh at each start: one that comes back is a new one.
public final class GatewayName {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int RANDOM_BYTES = 5;
  private static final String DEFAULT_STEM = "gw";

  private GatewayName() {}

  /// A new name.
  ///
  /// @param stem what it begins with; empty for `gw`
  public static String fresh(String stem) {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return (stem.isEmpty() ? DEFAULT_STEM : stem) + "-" + HexFormat.of().formatHex(bytes);
  }
}
