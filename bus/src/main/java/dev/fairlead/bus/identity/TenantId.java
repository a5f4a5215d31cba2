package dev.fairlead.bus.identity;

import java.util.regex.Pattern;

/// An owner of devices: 1 to 64 of `a-z 0-9 -`.
///
/// @param value the id as it stands in keys, tokens and queries
public record TenantId(String value) {

  private static final Pattern FORM = Pattern.compile("[a-z0-9-]{1,64}");

  /// The tenant that exists before a platform admin makes others.
  public static final TenantId DEFAULT = new TenantId("default");

  /// @throws IllegalArgumentException when `value` is not of that form
  public TenantId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("a tenant id is 1 to 64 of a-z, 0-9 and -");
    }
  }

  /// Whether a text is of that form.
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
