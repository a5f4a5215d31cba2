package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.ServiceJar;

/// The meters of a service, as it shows them to whoever collects them.
final class Meters {

  private Meters() {}

  /// The sum over all meters of a name.
  ///
  /// @param label that they must have, such as `group="registry"`; empty for all
  static double sum(ServiceJar service, String name, String label) {
    return service
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
