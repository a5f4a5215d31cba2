package dev.fairlead.bus.identity;

/// A device's id, unique in its tenant: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`, neither `.` nor `..`.
///
/// @param value the id as it stands in keys, tokens and URLs
public record DeviceId(String value) {

  private static final int LENGTH_MAX = 128;

  /// @throws IllegalArgumentException when `value` is not of that form
  public DeviceId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "a device id is 1 to 128 of A-Z, a-z, 0-9, '.', '_', '~' and '-', and not '.' or '..'");
    }
  }

  /// Whether `value` could be a device's id.
  public static boolean isValid(String value) {
    for (int index = 0; index < value.length(); index++) {
      if (!isAllowed(value.charAt(index))) {
        return false;
      }
    }
    return !value.isEmpty()
        && value.length() <= LENGTH_MAX
        && !value.equals(".")
        && !value.equals("..");
  }

  private static boolean isAllowed(char at) {
    return switch (at) {
      case '.', '_', '~', '-' -> true;
      default -> isIn('a', at, 'z') || isIn('A', at, 'Z') || isIn('0', at, '9');
    };
  }

  private static boolean isIn(char first, char at, char last) {
    return first <= at && at <= last;
  }

  @Override
  public String toString() {
    return value;
  }
}
