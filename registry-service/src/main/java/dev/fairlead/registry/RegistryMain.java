package dev.fairlead.registry;

import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.process.ServiceProcess;

/// Runs a registry as a process of its own.
public final class RegistryMain {

  /// The default of `FAIRLEAD_MANAGEMENT_PORT`.
  public static final int MANAGEMENT_PORT = 9092;

  private RegistryMain() {}

  /// Starts the registry; `--help` tells what else it can do.
  public static void main(String[] arguments) {
    ServiceProcess.of(
            RegistryConfig.SERVICE, MANAGEMENT_PORT, RegistryConfig::from, RegistryService::new)
        .migratedBy(config -> Migrations.run(config.database(), RegistryConfig.SERVICE))
        .with("--verify-audit", AuditCheck::run)
        .run(arguments);
  }
}
