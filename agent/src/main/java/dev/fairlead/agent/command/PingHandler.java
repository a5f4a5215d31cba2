package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// `ping`: answers `{"pong": true, "at": …}`, and the body as `echo` if it is JSON.
public final class PingHandler implements CommandHandler {

  private final InstantSource clock;

  /// Answers with the time of that clock.
  public PingHandler(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Outcome run(Body body, Duration timeLeft) {
    Map<String, Value> answer = new LinkedHashMap<>();
    answer.put("pong", Value.of(true));
    answer.put("at", Value.of(clock.instant().toString()));
    if (!body.isEmpty()) {
      Json.read(body).ifPresent(echo -> answer.put("echo", echo));
    }
    return Outcome.succeeded(answer);
  }
}
