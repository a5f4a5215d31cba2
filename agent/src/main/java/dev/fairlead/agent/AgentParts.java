package dev.fairlead.agent;

import dev.fairlead.agent.command.CommandHandler;
import dev.fairlead.agent.connection.ReconnectDelay;
import java.net.http.HttpClient;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What a program that holds an agent may bring along. Not to be shared by agents, but for the
/// client.
///
/// @param kinds further kinds of commands, and handlers that take the place of the agent's own
/// @param client for the connections of many agents: one of its own costs each a thread. It is left
///     open, and trusts whom it was made to trust, whatever the configuration says
/// @param reconnect how long is waited between connections
public record AgentParts(
    Map<String, CommandHandler> kinds, Optional<HttpClient> client, ReconnectDelay reconnect) {

  /// Copies the kinds.
  public AgentParts {
    kinds = Map.copyOf(kinds);
  }

  /// Nothing but what every agent has.
  public static AgentParts none() {
    return new AgentParts(
        Map.of(), Optional.empty(), new ReconnectDelay(RandomGenerator.getDefault()));
  }
}
