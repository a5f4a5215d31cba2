package dev.fairlead.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the server is started with. All of it is on the command line, so that the files in the data
/// directory stay as they were made and nothing of an earlier run lingers.
final class PostgresSettings {
  private PostgresSettings() {}

  static List<String> arguments(Path data, EmbeddedPostgresOptions options, int port) {
    List<String> arguments = new ArrayList<>(List.of("-D", data.toString()));
    of(options, port)
        .forEach(
            (name, value) -> {
              arguments.add("-c");
              arguments.add(name + "=" + value);
            });
    return arguments;
  }

  private static Map<String, String> of(EmbeddedPostgresOptions options, int port) {
    Map<String, String> settings = new HashMap<>();
    settings.put("listen_addresses", Loopback.HOST);
    settings.put("port", Integer.toString(port));
    settings.put("unix_socket_directories", "");
    settings.put("shared_buffers", "64MB");
    settings.put("max_connections", "100");
    settings.put("timezone", "UTC");
    settings.put("log_timezone", "UTC");
    // The reader adds its own time; statements hold payloads.
    settings.put("log_line_prefix", "");
    settings.put("log_error_verbosity", "terse");
    settings.put("log_min_error_statement", "panic");
    settings.put("log_checkpoints", "off");
    // Also where nothing is forced to the disk: a commit then survives a killed server at least.
    settings.put("synchronous_commit", "on");
    String durable = options.durable() ? "on" : "off";
    settings.put("fsync", durable);
    settings.put("full_page_writes", durable);
    settings.putAll(options.settings());
    return settings;
  }
}
