package dev.fairlead.embedded;

import java.nio.file.Path;

/// Another process, or another part of this one, holds the directory. The message names the
/// directory and, where it is known, the process.
public final class DirectoryInUseException extends EmbeddedException {
  private static final long serialVersionUID = 1;

  DirectoryInUseException(Path directory, String holder) {
    super(directory + " is in use by " + holder + ".");
  }
}
