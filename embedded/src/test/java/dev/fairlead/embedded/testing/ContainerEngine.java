package dev.fairlead.embedded.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/// Tells whether containers can be run here.
final class ContainerEngine {
  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");

  private ContainerEngine() {}

  /// Asks Testcontainers only where something may answer: it searches long and logs loudly.
  static boolean answers() {
    boolean announced = System.getenv("DOCKER_HOST") != null || Files.exists(DEFAULT_SOCKET);
    return announced && ContainerBackends.engineAnswers();
  }
}
