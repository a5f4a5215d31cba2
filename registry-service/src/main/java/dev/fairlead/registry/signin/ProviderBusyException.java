package dev.fairlead.registry.signin;

import java.io.IOException;

/// So many requests wait for the provider that one more would only take a place from those who ask
/// the registry for something else.
final class ProviderBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  /// How many may wait.
  static final int WAITING_MAX = 16;

  ProviderBusyException() {
    super("too many requests wait for the identity provider");
  }
}
