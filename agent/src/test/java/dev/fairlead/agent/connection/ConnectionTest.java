package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.agent.TestGateway;
import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest implements SessionHandler {

  @TempDir Path directory;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private TestGateway gateway;
  private StateDirectory state;
  private Connection connection;

  @BeforeEach
  void start() throws IOException {
    gateway = new TestGateway(WireFormat.JSON);
    state = StateDirectory.open(directory);
    connection = new Connection(settings(gateway.url()), new LastSession(state));
  }

  private static ConnectionSettings settings(URI... urls) {
    return new ConnectionSettings(
        List.of(urls), new TokenSource.Given("a"), WireFormat.JSON, Optional.empty());
  }

  @AfterEach
  void stop() throws IOException {
    connection.close();
    state.close();
    gateway.close();
  }

  @Override
  public void opened() {
    calls.add("opened");
  }

  @Override
  public boolean received(Message message) {
    if (message.header().type().equals("break")) {
      throw new IllegalStateException("of all things");
    }
    calls.add("received " + message.header().type());
    return true;
  }

  @Override
  public void closed() {
    calls.add("closed");
  }

  @Test
  void triesTheNextUrlWhereOneCannotBeReached() throws IOException {
    // Given
    int dead;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dead = socket.getLocalPort();
    }
    URI away = URI.create("ws://127.0.0.1:" + dead + "/connect");

    // When
    try (Connection other = new Connection(settings(away, gateway.url()), new LastSession(state))) {
      other.start(this);

      // Then
      await().until(other::isOpen);
    }
  }

  @Test
  void tellsOpenedReceivedAndClosedInTurn() {
    // Given
    connection.start(this);
    await().until(connection::isOpen);
    gateway.send(Messages.ack("a"));
    await().until(() -> calls.size() == 2);

    // When
    gateway.close(NativeProtocol.CLOSE_GOING_AWAY);

    // Then
    await().until(() -> calls.size() == 4);
    assertThat(calls).containsExactly("opened", "received ack", "closed", "opened");
  }

  @Test
  void connectsAgainAfterAHandlerThatBroke() {
    // Given
    connection.start(this);
    await().until(connection::isOpen);

    // When
    gateway.send(Message.of(9, "break", Body.EMPTY));

    // Then
    await().until(() -> calls.size() == 3);
    assertThat(calls).containsExactly("opened", "closed", "opened");
  }

  @Test
  void answersPings() {
    // Given
    connection.start(this);
    await().until(connection::isOpen);

    // When
    gateway.send(Messages.ping());

    // Then
    await().until(() -> gateway.received(NativeProtocol.TYPE_PONG).size() == 1);
  }

  @Test
  void saysThatAMessageIsTooLarge() {
    // Given
    connection.start(this);
    await().until(connection::isOpen);

    // When
    Transmission large =
        connection.send(Messages.telemetry(Body.utf8("\"" + "x".repeat(1 << 20) + "\"")));
    Transmission small = connection.send(Messages.telemetry(Body.utf8("{}")));

    // Then
    assertThat(large).isEqualTo(Transmission.TOO_LARGE);
    assertThat(small).isEqualTo(Transmission.SENT);
  }

  @Test
  void sendsNothingOnceClosed() {
    // Given
    connection.start(this);
    await().until(connection::isOpen);

    // When
    connection.close();

    // Then
    assertThat(connection.send(Messages.ping())).isEqualTo(Transmission.NOT_CONNECTED);
    assertThat(calls).containsExactly("opened", "closed");
  }
}
