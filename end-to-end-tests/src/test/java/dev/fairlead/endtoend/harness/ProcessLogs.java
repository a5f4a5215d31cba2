package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Keeps what processes wrote beyond the test that started them: at its end `./fairlead test` looks
/// through all of it.
final class ProcessLogs {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private ProcessLogs() {}

  /// Keeps a copy of a log, or of every file in a directory of logs; nothing where there is none.
  static void keep(Path logs) {
    if (!Files.exists(logs)) {
      return;
    }
    Path kept =
        Checkout.root()
            .resolve("end-to-end-tests")
            .resolve("target")
            .resolve("process-logs")
            .resolve(ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    try (Stream<Path> files = Files.walk(logs)) {
      Files.createDirectories(kept);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, kept.resolve(COUNT.incrementAndGet() + "-" + file.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
