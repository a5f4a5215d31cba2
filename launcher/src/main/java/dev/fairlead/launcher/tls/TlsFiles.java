package dev.fairlead.launcher.tls;

import dev.fairlead.launcher.data.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /// All that is in them.
  ///
  /// @throws java.io.UncheckedIOException when one of them cannot be read
  public String content() {
    return DataDirectory.read(chain) + DataDirectory.read(key);
  }
}
