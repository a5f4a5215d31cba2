import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// HiveMQ Community Edition with a WebSocket listener, in memory, for who knows the password.
///
/// Arguments: port, password, a directory of its own.
public final class HiveMqPeer {

  private static final String CONFIG =
      """
      <hivemq>
        <listeners>
          <websocket-listener>
            <port>%s</port>
            <bind-address>127.0.0.1</bind-address>
            <path>/mqtt</path>
            <subprotocols><subprotocol>mqtt</subprotocol></subprotocols>
          </websocket-listener>
        </listeners>
        <persistence><mode>in-memory</mode></persistence>
        <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
      </hivemq>
      """;

  private HiveMqPeer() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[2]);
    Path configuration = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(configuration.resolve("config.xml"), CONFIG.formatted(arguments[0]));
    EmbeddedExtension extension =
        EmbeddedExtension.builder()
            .withId("password")
            .withName("password")
            .withVersion("1")
            .withExtensionMain(new PasswordExtension(new Password(arguments[1])))
            .build();
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(configuration)
        .withDataFolder(Files.createDirectories(directory.resolve("data")))
        .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
        .withEmbeddedExtension(extension)
        .withoutLoggingBootstrap()
        .build()
        .start()
        .join();
    Thread.currentThread().join();
  }

  private record PasswordExtension(Password password) implements ExtensionMain {

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      Services.securityRegistry().setAuthenticatorProvider(client -> password);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }

  private record Password(String expected) implements SimpleAuthenticator {

    @Override
    public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
      boolean right =
          input
              .getConnectPacket()
              .getPassword()
              .map(password -> StandardCharsets.UTF_8.decode(password).toString())
              .filter(expected::equals)
              .isPresent();
      if (right) {
        output.authenticateSuccessfully();
      } else {
        output.failAuthentication();
      }
    }
  }
}
