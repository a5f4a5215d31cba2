package dev.fairlead.embedded;

/// Checks that both kinds of options share.
final class Options {
  private static final int PORT_MAX = 65_535;

  private Options() {}

  static void checkPort(int port) {
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("port must be between 0 and " + PORT_MAX + ": " + port);
    }
  }

  static void checkPassword(String password) {
    if (password.isBlank() || password.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "password must hold something visible and no control characters");
    }
  }
}
