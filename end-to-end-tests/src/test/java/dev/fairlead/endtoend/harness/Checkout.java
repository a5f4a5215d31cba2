package dev.fairlead.endtoend.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the checkout is that these tests belong to.
public final class Checkout {

  private Checkout() {}

  /// The directory of the front door script.
  public static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("fairlead"))) {
      Path parent = directory.getParent();
      if (parent == null) {
        throw new IllegalStateException("no checkout above the working directory");
      }
      directory = parent;
    }
    return directory;
  }
}
