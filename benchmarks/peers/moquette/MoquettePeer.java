import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/// Moquette with a WebSocket listener, in memory, for who knows the password.
///
/// Arguments: port, password, a directory of its own.
public final class MoquettePeer {

  private MoquettePeer() {}

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("host", "127.0.0.1");
    properties.setProperty("port", "disabled");
    properties.setProperty("websocket_port", arguments[0]);
    properties.setProperty("websocket_path", "/mqtt");
    properties.setProperty("allow_anonymous", "false");
    properties.setProperty("persistence_enabled", "false");
    properties.setProperty("data_path", arguments[2]);
    // Else it tells its makers about itself.
    properties.setProperty("telemetry_enabled", "false");
    new Server()
        .startServer(
            new MemoryConfig(properties),
            List.of(),
            null,
            (client, user, password) ->
                arguments[1].equals(new String(password, StandardCharsets.UTF_8)),
            null);
    Thread.currentThread().join();
  }
}
