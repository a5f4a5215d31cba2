package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Asks for the next certificate when two thirds of the present one's time are over, as long as the
/// product has issued that; again and again, ever more seldom, until it has one. Runs on a virtual
/// thread of its own.
public final class Renewal implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Renewal.class.getName());

  /// What certificates of the product say, and others do not.
  private static final String OF_THE_PRODUCT = "urn:fairlead:generation:";

  private static final int URI_NAME = 6;

  /// The longest sleep: clocks are set, and machines sleep.
  private static final Duration LOOK = Duration.ofMinutes(1);

  private static final Duration NOT_CONNECTED = Duration.ofSeconds(1);
  private static final Duration SLEEP_MIN = Duration.ofMillis(10);

  /// How far the requests of many devices are spread: this part of a certificate's time.
  private static final int SPREAD_DIVISOR = 20;

  private static final int RETRY_DIVISOR = 100;
  private static final Duration RETRY_MIN = Duration.ofSeconds(1);
  private static final Duration RETRY_FIRST_MAX = Duration.ofMinutes(1);
  private static final Duration RETRY_MAX = Duration.ofHours(6);
  private static final int DOUBLINGS_MAX = 16;
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);

  private final RenewedCertificate certificates;
  private final Transmitter transmitter;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Thread thread = Thread.ofVirtual().name("agent-renewal").unstarted(this::run);

  private Optional<Plan> plan = Optional.empty();
  private Optional<Asked> asked = Optional.empty();

  /// When to ask.
  ///
  /// @param certificate the one to be followed
  /// @param attempts how often was asked
  private record Plan(X509Certificate certificate, Instant at, int attempts) {

    Duration lifetime() {
      return Duration.between(
          certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    }
  }

  private record Asked(String id, CertificateRequest request) {}

  /// A renewal that [#start] begins.
  public Renewal(
      RenewedCertificate certificates,
      Transmitter transmitter,
      InstantSource clock,
      RandomGenerator random) {
    this.certificates = certificates;
    this.transmitter = transmitter;
    this.clock = clock;
    this.random = random;
  }

  /// Begins to look at the certificate.
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Duration wait = look();
        Thread.sleep(wait.compareTo(SLEEP_MIN) < 0 ? SLEEP_MIN : wait);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "closed");
    }
  }

  /// Asks if it is time.
  ///
  /// @return how long to wait before the next look
  synchronized Duration look() {
    Instant now = clock.instant();
    try {
      X509Certificate own = certificates.current().own();
      if (!isOfTheProduct(own) || !now.isBefore(own.getNotAfter().toInstant())) {
        return LOOK;
      }
      Plan due = planFor(own);
      return now.isBefore(due.at()) ? until(due.at(), now) : ask(due, now);
    } catch (IOException e) {
      // The connection tells of it.
      return LOOK;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "no renewal", e);
      return LOOK;
    }
  }

  private static Duration until(Instant at, Instant now) {
    Duration left = Duration.between(now, at);
    return left.compareTo(LOOK) < 0 ? left : LOOK;
  }

  private Plan planFor(X509Certificate own) {
    if (plan.isEmpty() || !plan.get().certificate().equals(own)) {
      Plan first = new Plan(own, own.getNotBefore().toInstant(), 0);
      Duration lifetime = first.lifetime();
      plan =
          Optional.of(
              new Plan(
                  own,
                  first
                      .at()
                      .plus(lifetime.multipliedBy(2).dividedBy(3))
                      .plus(upTo(lifetime.dividedBy(SPREAD_DIVISOR))),
                  0));
      asked = Optional.empty();
    }
    return plan.get();
  }

  private Duration ask(Plan due, Instant now) {
    Asked question =
        asked.orElseGet(() -> new Asked(UUID.randomUUID().toString(), CertificateRequest.make()));
    asked = Optional.of(question);
    return switch (transmitter.send(
        Messages.certificateRequest(question.id(), question.request().pem()))) {
      case SENT -> {
        Plan next = new Plan(due.certificate(), now.plus(retryAfter(due)), due.attempts() + 1);
        plan = Optional.of(next);
        yield until(next.at(), now);
      }
      case NOT_CONNECTED -> NOT_CONNECTED;
      case TOO_LARGE -> LOOK;
    };
  }

  private Duration retryAfter(Plan due) {
    Duration first = clamp(due.lifetime().dividedBy(RETRY_DIVISOR), RETRY_MIN, RETRY_FIRST_MAX);
    Duration most = clamp(due.lifetime().dividedBy(SPREAD_DIVISOR), first, RETRY_MAX);
    Duration wait =
        clamp(first.multipliedBy(1L << Math.min(due.attempts(), DOUBLINGS_MAX)), RETRY_MIN, most);
    return wait.dividedBy(2).plus(upTo(wait.dividedBy(2)));
  }

  private static Duration clamp(Duration value, Duration least, Duration most) {
    Duration low = value.compareTo(least) < 0 ? least : value;
    return low.compareTo(most) < 0 ? low : most;
  }

  private Duration upTo(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  /// Takes the answer.
  ///
  /// @return whether it is one to what was asked last
  public synchronized boolean answered(Message answer) {
    Optional<Asked> question =
        asked.filter(
            one -> answer.header().textProp(NativeProtocol.PROP_ID).equals(Optional.of(one.id())));
    if (question.isEmpty()) {
      return false;
    }
    if (answer.header().textProp(NativeProtocol.PROP_STATUS).isPresent()) {
      LOG.log(
          Level.WARNING,
          "no new certificate: {0}",
          answer.header().textProp(NativeProtocol.PROP_REASON).orElse(""));
      // The next try is another request: this one has its answer.
      asked = Optional.empty();
      return true;
    }
    String pem = new String(answer.body().toByteArray(), StandardCharsets.US_ASCII);
    return certificates.take(question.get().request().keys(), pem);
  }

  private static boolean isOfTheProduct(X509Certificate certificate) {
    try {
      return Optional.ofNullable(certificate.getSubjectAlternativeNames()).stream()
          .flatMap(Collection::stream)
          .anyMatch(Renewal::isOfTheProduct);
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  private static boolean isOfTheProduct(List<?> name) {
    return name.getFirst().equals(URI_NAME)
        && String.valueOf(name.getLast()).startsWith(OF_THE_PRODUCT);
  }

  /// Stops; waits a short time for it.
  @Override
  public void close() {
    thread.interrupt();
    try {
      boolean _ = thread.join(JOIN_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
