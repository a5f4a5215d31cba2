package dev.fairlead.command.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.idempotency.PgIdempotency.Claim;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.text.Units;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;

/// What requests for one command and for many have in common.
public final class RequestReader {

  private final InstantSource clock;
  private final CommandSettings settings;

  /// @param clock by which deadlines are reckoned
  public RequestReader(InstantSource clock, CommandSettings settings) {
    this.clock = clock;
    this.settings = settings;
  }

  /// When a command is no longer worth running.
  ///
  /// @param text a time, or a span from now
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed`
  public Instant deadline(Optional<String> text) {
    Instant now = clock.instant();
    Instant deadline =
        text.map(written -> deadline(written, now)).orElse(now.plus(settings.deadlineDefault()));
    if (!deadline.isAfter(now) || deadline.isAfter(now.plus(settings.deadlineMax()))) {
      throw CommandProblems.invalid(
          "/deadline", "it must lie ahead, by at most " + settings.deadlineMax());
    }
    return deadline;
  }

  private static Instant deadline(String text, Instant now) {
    Optional<Duration> relative = Units.duration(text);
    if (relative.isPresent()) {
      return now.plus(relative.get());
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CommandProblems.invalid(
          "/deadline", "write a time such as 2030-01-31T12:00:00Z, or a span such as 30s or 2h");
    }
  }

  /// By what a request is known again, where its sender wants that.
  ///
  /// @param what it is about, besides its body
  /// @param made the id of what it is to make
  public Optional<Claim> claim(ApiRequest request, String what, UUID made) {
    return request
        .header("Idempotency-Key")
        .map(
            key ->
                new Claim(
                    new PgIdempotency.Key(request.tenant(), key),
                    fingerprint(what, request.bodyBytes()),
                    made));
  }

  private static byte[] fingerprint(String what, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(what.getBytes(UTF_8));
      digest.update((byte) 0);
      return digest.digest(body);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
