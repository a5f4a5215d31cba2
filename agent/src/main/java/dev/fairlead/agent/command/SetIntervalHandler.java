package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/// `set-interval`: `{"seconds": n}`, 1 to 86400, is how often telemetry is sent from now on, also
/// after a restart.
public final class SetIntervalHandler implements CommandHandler {

  private static final long SECONDS_MAX = 86_400;

  /// Where the interval goes.
  @FunctionalInterface
  public interface IntervalSetting {
    /// Keeps the interval and acts on it.
    ///
    /// @throws IOException if it cannot be kept; then it is not acted on either
    void set(Duration interval) throws IOException;
  }

  private final IntervalSetting setting;

  /// Sets that setting.
  public SetIntervalHandler(IntervalSetting setting) {
    this.setting = setting;
  }

  @Override
  public Outcome run(Body body, Duration timeLeft) {
    OptionalLong seconds =
        Json.readObject(body)
            .flatMap(fields -> Json.field(fields, "seconds"))
            .map(Value::asLong)
            .orElse(OptionalLong.empty());
    if (seconds.isEmpty() || seconds.getAsLong() < 1 || seconds.getAsLong() > SECONDS_MAX) {
      return Outcome.rejected("the body must be {\"seconds\": 1 to " + SECONDS_MAX + "}");
    }
    try {
      setting.set(Duration.ofSeconds(seconds.getAsLong()));
    } catch (IOException e) {
      return Outcome.failed("the interval cannot be kept: " + e.getMessage());
    }
    return Outcome.succeeded(Map.of("seconds", Value.of(seconds.getAsLong())));
  }
}
