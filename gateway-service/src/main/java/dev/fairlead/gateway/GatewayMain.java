package dev.fairlead.gateway;

import dev.fairlead.runtime.process.ServiceProcess;

/// The gateway as a process of its own.
public final class GatewayMain {

  private GatewayMain() {}

  /// Runs the gateway; see [ServiceProcess] for the arguments.
  public static void main(String[] arguments) {
    ServiceProcess.of("gateway", GatewayConfig::from, GatewayService::new).run(arguments);
  }
}
