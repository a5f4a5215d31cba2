package dev.fairlead.embedded.testing;

/// Clean-up when the JVM ends, as nothing tells a fixture that the last test has run.
final class AtJvmEnd {
  private AtJvmEnd() {}

  /// Closes the resources in their order; one that fails keeps none of the others from it.
  static void close(AutoCloseable... resources) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAll(resources), "test-clean-up"));
  }

  private static void closeAll(AutoCloseable... resources) {
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        System.err.println("clean-up of " + resource + " failed: " + e);
      }
    }
  }
}
