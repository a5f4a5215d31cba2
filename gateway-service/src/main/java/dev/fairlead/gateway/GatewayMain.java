package dev.fairlead.gateway;

import dev.fairlead.runtime.process.ServiceProcess;

/// The gateway as a process of its own.
public final class GatewayMain {

  /// The default of `FAIRLEAD_MANAGEMENT_PORT`.
  public static final int MANAGEMENT_PORT = 9091;

  private GatewayMain() {}

  /// Runs the gateway; see [ServiceProcess] for the arguments.
  public static void main(String[] arguments) {
    ServiceProcess.of("gateway", MANAGEMENT_PORT, GatewayConfig::from, GatewayService::new)
        .run(arguments);
  }
}
