package dev.fairlead.agent.enrolment;

import dev.fairlead.agent.connection.Ending;
import dev.fairlead.agent.connection.NoTokenException;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.agent.state.StateDirectory;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// The token that a device was given when it enrolled; while there is none, asking for it enrols.
/// Each time one step is taken, so that whoever asks decides how long to wait before the next.
///
/// The claim secret is on disk before the first question: an answer that is lost, in the network or
/// in a crash, is given again to who knows it.
public final class EnrolledToken implements TokenSource {

  /// The file of the state directory that holds the token.
  public static final String FILE = "enrolled-token";

  /// The secret, and in a second line the id of the enrolment once there is one.
  private static final String ENROLMENT_FILE = "enrolment";

  private static final int SECRET_BYTES = 32;

  private final Provisioning provisioning;
  private final StateDirectory state;
  private final EnrolmentClient client;
  private final SecureRandom random = new SecureRandom();

  /// @param url where the agent connects
  /// @param sslContext whom to trust, if not whom the JDK trusts
  public EnrolledToken(
      Provisioning provisioning, StateDirectory state, URI url, Optional<SSLContext> sslContext) {
    this.provisioning = provisioning;
    this.state = state;
    this.client = new EnrolmentClient(url, sslContext);
  }

  /// @throws NoTokenException if there is none yet, with what to wait for
  @Override
  public String token() throws IOException {
    Optional<String> kept = state.read(FILE).filter(TokenSource::isToken);
    return kept.isPresent() ? kept.get() : enrol();
  }

  private String enrol() throws IOException {
    List<String> begun = begun();
    String secret = begun.getFirst();
    EnrolmentAnswer answer =
        begun.size() > 1
            ? client.claim(begun.getLast(), secret)
            : client.enrol(provisioning.key(), provisioning, secret);
    return switch (answer) {
      case EnrolmentAnswer.Accepted accepted -> {
        state.write(FILE, accepted.token());
        state.write(ENROLMENT_FILE, "");
        yield accepted.token();
      }
      case EnrolmentAnswer.Pending pending -> {
        state.write(ENROLMENT_FILE, secret + '\n' + pending.enrolmentId());
        throw new NoTokenException(
            new Ending.Later("the enrolment waits for a person", pending.after()));
      }
      case EnrolmentAnswer.Forgotten _ -> {
        state.write(ENROLMENT_FILE, "");
        throw new NoTokenException(new Ending.Refused("the enrolment is over, or unknown"));
      }
      case EnrolmentAnswer.Refused refused ->
          throw new NoTokenException(new Ending.Refused("enrolment " + refused.reason()));
      case EnrolmentAnswer.Later later ->
          throw new NoTokenException(
              new Ending.Later("enrolment " + later.reason(), later.after()));
      case EnrolmentAnswer.Failed failed ->
          throw new NoTokenException(new Ending.Lost("enrolment " + failed.reason()));
    };
  }

  private List<String> begun() throws IOException {
    List<String> kept = state.read(ENROLMENT_FILE).orElse("").lines().toList();
    if (!kept.isEmpty()) {
      return kept;
    }
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    state.write(ENROLMENT_FILE, secret);
    return List.of(secret);
  }
}
