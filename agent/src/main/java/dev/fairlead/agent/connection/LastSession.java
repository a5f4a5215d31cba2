package dev.fairlead.agent.connection;

import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Hello;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.regex.Pattern;

/// Remembers, also over a restart, which session was the last and whose it was, so that the next
/// gateway can close it at once.
public final class LastSession {

  private static final Logger LOG = System.getLogger(LastSession.class.getName());
  private static final String FILE = "last-session";

  /// Only what may stand in an HTTP header, and no more of it than names need.
  private static final Pattern SAFE = Pattern.compile("[\\x21-\\x7e]{3,512}");

  private final StateDirectory state;
  private Optional<String> value;

  /// What a state directory remembers.
  public LastSession(StateDirectory state) {
    this.state = state;
    this.value = load(state);
  }

  private static Optional<String> load(StateDirectory state) {
    try {
      return state.read(FILE).filter(text -> SAFE.matcher(text).matches());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the last session cannot be read", e);
      return Optional.empty();
    }
  }

  /// `session@address`.
  Optional<String> headerValue() {
    return value;
  }

  void remember(Hello hello) {
    String text = hello.sessionId() + '@' + hello.address();
    if (!SAFE.matcher(text).matches()) {
      value = Optional.empty();
      return;
    }
    value = Optional.of(text);
    try {
      state.write(FILE, text);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the last session cannot be kept", e);
    }
  }
}
