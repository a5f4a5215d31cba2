package dev.fairlead.launcher;

import dev.fairlead.command.CommandConfig;
import dev.fairlead.gateway.GatewayConfig;
import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.registry.RegistryConfig;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.process.ProcessSettings;
import dev.fairlead.runtime.settings.Settings;
import java.util.HashMap;
import java.util.Map;

/// The settings of everything that runs in this process: those that the services would read if they
/// ran apart. What the user set stands, but for where the public port, Kafka, PostgreSQL and the
/// keys are.
///
/// @param process of the process as a whole
/// @param http bounds of the public port, and where it is for plain HTTP
/// @param registry without a server of its own, like the others
record LauncherConfig(
    ProcessSettings process,
    HttpServerSettings http,
    RegistryConfig registry,
    CommandConfig command,
    GatewayConfig gateway) {

  static final String LOOPBACK = "127.0.0.1";

  /// Read by the script alone, which gives it to the JVM.
  private static final String JAVA_OPTIONS = "FAIRLEAD_JAVA_OPTIONS";

  /// Reads the settings.
  ///
  /// @throws dev.fairlead.runtime.settings.SettingsException with everything that is wrong
  static LauncherConfig read(
      Map<String, String> environment,
      LauncherOptions options,
      DataDirectory directory,
      Backends backends) {
    Map<String, String> all = all(environment, directory, backends);
    // The services stand at one port here.
    all.put("FAIRLEAD_REGISTRY_URL", "http://" + LOOPBACK + ":" + options.port());
    Settings settings = Settings.of(all);
    ProcessSettings process = ProcessSettings.from(settings, options.managementPort());
    HttpServerSettings http = HttpServerSettings.from(settings, options.port());
    var config =
        new LauncherConfig(
            process,
            new HttpServerSettings(
                LOOPBACK, options.port(), http.idleTimeout(), http.headerBytesMax()),
            RegistryConfig.from(settings).withoutHttp(),
            CommandConfig.from(settings).withoutHttp(),
            GatewayConfig.from(settings).withoutHttp());
    settings.finish();
    return config;
  }

  private static Map<String, String> all(
      Map<String, String> environment, DataDirectory directory, Backends backends) {
    Map<String, String> all = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(Settings.PREFIX) && !name.equals(JAVA_OPTIONS)) {
            all.put(name, value);
          }
        });
    // One broker with little to do: fewer partitions start faster.
    all.putIfAbsent("FAIRLEAD_KAFKA_PARTITIONS", "4");
    all.putIfAbsent("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "2");
    all.putIfAbsent("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "2");
    // What webhooks lead to stands beside it on the same desk.
    all.putIfAbsent("FAIRLEAD_WEBHOOK_PRIVATE_ADDRESSES", "true");
    all.putAll(backends.settings());
    all.put("FAIRLEAD_ADMIN_KEY_FILE", directory.secretFile("admin-key", true).toString());
    all.put("FAIRLEAD_MASTER_KEY_FILE", directory.secretFile("master-key", false).toString());
    // Given as files, and there must not be two of a secret.
    all.remove("FAIRLEAD_ADMIN_KEY");
    all.remove("FAIRLEAD_MASTER_KEY");
    all.remove("FAIRLEAD_KAFKA_PASSWORD_FILE");
    all.remove("FAIRLEAD_DATABASE_PASSWORD_FILE");
    return all;
  }
}
