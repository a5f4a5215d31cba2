package dev.fairlead.command;

import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.process.ServiceProcess;

/// The command service as a process of its own.
public final class CommandMain {

  /// The default of `FAIRLEAD_MANAGEMENT_PORT`.
  public static final int MANAGEMENT_PORT = 9093;

  private CommandMain() {}

  /// Starts the service, or does what the arguments say; see [ServiceProcess].
  public static void main(String[] arguments) {
    ServiceProcess.of("command", MANAGEMENT_PORT, CommandConfig::from, CommandService::new)
        .migratedBy(config -> Migrations.run(config.database(), CommandService.SCHEMA))
        .run(arguments);
  }
}
