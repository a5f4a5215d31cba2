package dev.fairlead.runtime.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fairlead.runtime.text.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A text that must not be shown: a password, a key. It redacts itself wherever it is printed, and
/// is compared in a time that does not depend on where two texts differ.
public final class Secret {
  private static final Logger log = LoggerFactory.getLogger(Secret.class);

  /// A secret is a line, not a document.
  private static final long FILE_BYTES_MAX = 64 * 1024;

  private final String text;
  private final Optional<Path> file;

  private Secret(String text, Optional<Path> file) {
    this.text = requireNonNull(text);
    this.file = file;
  }

  /// The secret with this text.
  public static Secret of(String text) {
    return new Secret(text, Optional.empty());
  }

  /// What a file holds, without blanks around it. Blocks.
  ///
  /// @throws IOException when it cannot be read, holds nothing, or more than 64 KiB
  static Secret in(Path file) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException("the file is larger than " + Units.text(FILE_BYTES_MAX));
    }
    String text = Files.readString(file).strip();
    if (text.isEmpty()) {
      throw new IOException("the file is empty");
    }
    return new Secret(text, Optional.of(file));
  }

  /// What its file holds by now; itself where it came from none, or from one that cannot be read at
  /// the moment. Blocks.
  public Secret latest() {
    if (file.isEmpty()) {
      return this;
    }
    try {
      return in(file.get());
    } catch (IOException e) {
      log.atWarn().addKeyValue("file", file.get()).setCause(e).log("secret not read anew");
      return this;
    }
  }

  /// The text itself, for the one place that needs it.
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(text.getBytes(UTF_8), secret.text.getBytes(UTF_8));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// Always `(secret)`.
  @Override
  public String toString() {
    return "(secret)";
  }
}
