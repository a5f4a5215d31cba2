package dev.fairlead.agent.connection;

import dev.fairlead.agent.state.StateDirectory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// The token to connect with: the newest that the gateway gave, kept over restarts; where there is
/// none, or it was refused, the one that was configured. A configured one that has changed since
/// wins: somebody has put it there on purpose.
public final class Tokens implements TokenSource {

  private static final Logger LOG = System.getLogger(Tokens.class.getName());
  private static final String FILE = "token";

  private final TokenSource configured;
  private final StateDirectory state;

  /// Tokens with their memory.
  public Tokens(TokenSource configured, StateDirectory state) {
    this.configured = configured;
    this.state = state;
  }

  @Override
  public String token() throws IOException {
    String own = configured.token();
    return given(own).orElse(own);
  }

  @Override
  public boolean take(String token) {
    if (!TokenSource.isToken(token)) {
      return false;
    }
    try {
      state.write(FILE, fingerprint(configured.token()) + '\n' + token);
      return true;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the new token cannot be kept", e);
      return false;
    }
  }

  @Override
  public void refused() {
    try {
      // Nobody is asked for the own token in vain, which may mean to ask a server.
      if (!state.read(FILE).orElse("").isEmpty() && given(configured.token()).isPresent()) {
        LOG.log(Level.WARNING, "the token that the gateway gave is refused; back to the own one");
        state.write(FILE, "");
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the refused token cannot be forgotten", e);
    }
  }

  private Optional<String> given(String own) throws IOException {
    return state
        .read(FILE)
        .filter(text -> text.startsWith(fingerprint(own) + '\n'))
        .map(text -> text.substring(text.indexOf('\n') + 1))
        .filter(TokenSource::isToken);
  }

  private static String fingerprint(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
