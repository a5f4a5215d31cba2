package dev.fairlead.command;

import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.process.ServiceProcess;

/// The command service as a process of its own.
public final class CommandMain {

  private CommandMain() {}

  /// Starts the service, or does what the arguments say; see [ServiceProcess].
  public static void main(String[] arguments) {
    ServiceProcess.of("command", CommandConfig::from, CommandService::new)
        .migratedBy(config -> Migrations.run(config.database(), CommandService.SCHEMA))
        .run(arguments);
  }
}
