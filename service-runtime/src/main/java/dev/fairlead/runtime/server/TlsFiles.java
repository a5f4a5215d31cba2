package dev.fairlead.runtime.server;

import dev.fairlead.runtime.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a server proves with who it is.
///
/// @param chain the server's certificate and those between it and its authority, as PEM
/// @param key the server's private key, as PEM (PKCS #8)
public record TlsFiles(Path chain, Path key) {

  /// Of files that this process neither makes nor renews.
  ///
  /// @throws IllegalArgumentException when one of them cannot be read
  public static TlsFiles given(Path chain, Path key) {
    for (Path file : new Path[] {chain, key}) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException(file + " cannot be read");
      }
    }
    return new TlsFiles(chain.toAbsolutePath(), key.toAbsolutePath());
  }

  /// Reads `TLS_CERTIFICATE_FILE` and `TLS_KEY_FILE`.
  ///
  /// @return empty for a server without TLS
  public static Optional<TlsFiles> from(Settings settings) {
    Optional<String> chain =
        settings.optionalText(
            "TLS_CERTIFICATE_FILE",
            "The certificate of the port with TLS and what leads to its authority, as PEM; changes"
                + " count within a minute.");
    Optional<String> key = settings.optionalText("TLS_KEY_FILE", "Its key, as PEM (PKCS #8).");
    if (chain.isEmpty() && key.isEmpty()) {
      return Optional.empty();
    }
    if (chain.isEmpty() || key.isEmpty()) {
      settings.problem("FAIRLEAD_TLS_CERTIFICATE_FILE and FAIRLEAD_TLS_KEY_FILE go together");
      return Optional.empty();
    }
    try {
      return Optional.of(given(Path.of(chain.get()), Path.of(key.get())));
    } catch (IllegalArgumentException e) {
      settings.problem("FAIRLEAD_TLS_CERTIFICATE_FILE, FAIRLEAD_TLS_KEY_FILE: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// All that is in them.
  ///
  /// @throws UncheckedIOException when one of them cannot be read
  public String content() {
    try {
      return Files.readString(chain) + Files.readString(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
