package dev.fairlead.runtime.http;

import java.util.Locale;

/// What a key allows; each role includes those before it.
public enum Role {
  /// May read.
  VIEWER,
  /// May also act on devices.
  OPERATOR,
  /// May also change what belongs to the tenant: devices, credentials, keys.
  ADMIN,
  /// May also act in every tenant.
  PLATFORM;

  /// The role as it is written: in lower case.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether this role allows what `needed` allows.
  public boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }
}
