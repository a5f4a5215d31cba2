package dev.fairlead.runtime.http;

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

  /// Whether this role allows what `needed` allows.
  public boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }
}
