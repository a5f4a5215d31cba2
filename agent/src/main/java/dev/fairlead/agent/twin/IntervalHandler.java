package dev.fairlead.agent.twin;

import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// `intervalSeconds`, 1 to 86400: how often telemetry is sent. What else is desired is let pass.
public final class IntervalHandler implements DesiredHandler {

  private static final String NAME = "intervalSeconds";
  private static final long SECONDS_MAX = 86_400;

  private final Setting setting;

  /// Where the interval goes.
  @FunctionalInterface
  public interface Setting {
    /// Keeps the interval and acts on it.
    ///
    /// @throws IOException if it cannot be kept; then it is not acted on either
    void set(Duration interval) throws IOException;
  }

  /// Sets that setting.
  public IntervalHandler(Setting setting) {
    this.setting = setting;
  }

  @Override
  public Optional<String> objection(Map<String, Value> document) {
    Optional<Value> wanted = Json.field(document, NAME);
    return wanted.isEmpty() || seconds(wanted.get()).isPresent()
        ? Optional.empty()
        : Optional.of(NAME + " must be 1 to " + SECONDS_MAX);
  }

  @Override
  public void apply(Map<String, Value> document) throws IOException {
    Optional<Value> wanted = Json.field(document, NAME);
    if (wanted.isPresent()) {
      setting.set(Duration.ofSeconds(seconds(wanted.get()).orElseThrow()));
    }
  }

  private static OptionalLong seconds(Value value) {
    OptionalLong seconds = value.asLong();
    return seconds.isPresent() && seconds.getAsLong() >= 1 && seconds.getAsLong() <= SECONDS_MAX
        ? seconds
        : OptionalLong.empty();
  }
}
