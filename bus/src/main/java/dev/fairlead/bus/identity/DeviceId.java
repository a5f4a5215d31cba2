package dev.fairlead.bus.identity;

import java.util.regex.Pattern;

/// A device's id, unique in its tenant: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`, neither `.` nor `..`.
///
/// @param value the id as it stands in keys, tokens and URLs
public record DeviceId(String value) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

  /// @throws IllegalArgumentException when `value` is not of that form
  public DeviceId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "a device id is 1 to 128 of A-Z, a-z, 0-9, '.', '_', '~' and '-', and not '.' or '..'");
    }
  }

  /// Whether `value` could be a device's id.
  public static boolean isValid(String value) {
    return FORM.matcher(value).matches() && !value.equals(".") && !value.equals("..");
  }

  @Override
  public String toString() {
    return value;
  }
}
