package dev.fairlead.registry;

import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.process.ServiceProcess;

/// Runs a registry as a process of its own.
public final class RegistryMain {

  /// The default of `FAIRLEAD_MANAGEMENT_PORT`.
  public static final int MANAGEMENT_PORT = 9092;

  private RegistryMain() {}

  /// Starts the registry; `--check`, `--migrate` and `--help` are told by the last.
  public static void main(String[] arguments) {
    ServiceProcess.of(
            RegistryConfig.SERVICE, MANAGEMENT_PORT, RegistryConfig::from, RegistryService::new)
        .migratedBy(config -> Migrations.run(config.database(), RegistryConfig.SERVICE))
        .run(arguments);
  }
}
