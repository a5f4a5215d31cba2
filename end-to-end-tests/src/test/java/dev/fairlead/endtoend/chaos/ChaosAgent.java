package dev.fairlead.endtoend.chaos;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.Agent;
import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.AgentParts;
import dev.fairlead.agent.command.Outcome;
import dev.fairlead.agent.connection.ReconnectDelay;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Our agent as a device that keeps an execution log beside its journal, and that can crash: all it
/// held in memory is lost, and it begins anew with what its directory holds.
final class ChaosAgent implements AutoCloseable {

  /// In a minute of faults, a device's own minute of waiting would be all of it.
  private static final Duration RECONNECT_MAX = Duration.ofSeconds(5);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String id;
  private final AgentConfig config;
  private final HttpClient client;
  private final ExecutionLog log;
  private final Random random;
  private Agent agent;

  /// Starts it.
  ///
  /// @param client of all agents
  ChaosAgent(
      String id,
      URI gateway,
      String token,
      Path directory,
      HttpClient client,
      ExecutionLog log,
      Random random) {
    this.id = id;
    this.client = client;
    this.log = log;
    this.random = random;
    this.config =
        new AgentConfig(
            List.of(gateway),
            new TokenSource.Given(token),
            directory,
            WireFormat.MESSAGE_PACK,
            Duration.ofDays(1),
            100,
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    this.agent = begin();
  }

  private Agent begin() {
    try {
      return Agent.start(
          config,
          new AgentParts(
              Map.of(Order.KIND, this::run),
              Optional.of(client),
              new ReconnectDelay(random, RECONNECT_MAX)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Outcome run(Body body, Duration timeLeft) throws InterruptedException {
    JsonNode order = read(body);
    ExecutionLog.Run run = log.begin(id, order.path("number").asInt());
    int workMillis = order.path("workMillis").asInt();
    if (workMillis > 0) {
      boolean _ = new CountDownLatch(1).await(workMillis, TimeUnit.MILLISECONDS);
    }
    log.end(run);
    return order.path("fails").asBoolean()
        ? Outcome.failed(Check.PLANNED)
        : Outcome.succeeded(Map.of("number", Value.of(order.path("number").asInt())));
  }

  private static JsonNode read(Body body) {
    try {
      return JSON.readTree(body.toUtf8());
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e);
    }
  }

  String id() {
    return id;
  }

  synchronized boolean isConnected() {
    return agent.isConnected();
  }

  /// Forgets all that is not on disk, and begins anew.
  synchronized void crash() {
    agent.close();
    agent = begin();
  }

  @Override
  public synchronized void close() {
    agent.close();
  }
}
