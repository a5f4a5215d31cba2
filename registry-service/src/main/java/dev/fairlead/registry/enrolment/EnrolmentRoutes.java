package dev.fairlead.registry.enrolment;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.device.DeviceRoutes;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operations on enrolments: two for devices, open to everyone, and those for people.
final class EnrolmentRoutes {

  static final String PATH = "/api/v1/enrolments/";

  /// How long a device that waits is asked to wait before it asks again, in seconds.
  private static final String ASK_AGAIN_SECONDS = "15";

  private final PgApplications applications;
  private final PgClaims claims;
  private final PgDecisions decisions;
  private final Published published;
  private final DeviceTokens tokens;
  private final InstantSource clock;
  private final MeterRegistry meters;

  EnrolmentRoutes(
      PgApplications applications,
      PgClaims claims,
      PgDecisions decisions,
      Published published,
      DeviceTokens tokens,
      InstantSource clock,
      MeterRegistry meters) {
    this.applications = applications;
    this.claims = claims;
    this.decisions = decisions;
    this.published = published;
    this.tokens = tokens;
    this.clock = clock;
    this.meters = meters;
  }

  /// Binds the operations to the contract.
  void bind(ApiRouter.Builder router) {
    router
        .operation("enrol", this::enrol)
        .operation("claimEnrolment", this::claim)
        .operation("listEnrolments", this::list)
        .operation("getEnrolment", this::get)
        .operation("acceptEnrolment", this::accept)
        .operation("rejectEnrolment", this::reject);
  }

  /// The body of `enrol`.
  record NewEnrolment(
      String key,
      @Nullable String id,
      @Nullable String name,
      @Nullable String type,
      @Nullable String serial,
      @Nullable String secret) {

    Applicant applicant(String address) {
      return new Applicant(
          new EnrolmentSecret(key),
          Optional.ofNullable(id),
          Optional.ofNullable(name),
          Optional.ofNullable(type),
          Optional.ofNullable(serial),
          Optional.ofNullable(secret).map(EnrolmentSecret::new),
          address);
    }

    /// Says nothing of the secrets.
    @Override
    public String toString() {
      return "NewEnrolment[" + id + "]";
    }
  }

  /// The body of `claimEnrolment`.
  record Claim(String secret) {

    /// Says nothing of the secret.
    @Override
    public String toString() {
      return "Claim[…]";
    }
  }

  /// A device that was let in.
  record EnrolledDevice(String id, String tenant, String token) {

    /// Says nothing of the token.
    @Override
    public String toString() {
      return "EnrolledDevice[" + id + "]";
    }
  }

  /// A device that has to wait.
  record PendingEnrolment(
      String enrolmentId,
      String id,
      String tenant,
      String state,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> secret) {

    /// Says nothing of the secret.
    @Override
    public String toString() {
      return "PendingEnrolment[" + enrolmentId + "]";
    }
  }

  private ApiResponse enrol(ApiRequest request) {
    NewEnrolment body = request.body(NewEnrolment.class);
    if (body.id() != null && !DeviceId.isValid(body.id())) {
      throw invalid("/id", "'" + body.id() + "' cannot be a device's id.");
    }
    if (body.secret() != null && body.id() == null) {
      throw invalid("/secret", "'secret' goes with 'id' only.");
    }
    Applicant applicant = body.applicant(request.act().address());
    Enrolled enrolled = counted(applications.apply(applicant, now(), request.act()));
    return answer(enrolled, applicant.secret());
  }

  private ApiResponse claim(ApiRequest request) {
    EnrolmentSecret secret = new EnrolmentSecret(request.body(Claim.class).secret());
    Enrolled enrolled = counted(claims.claim(request.path("id"), secret, now(), request.act()));
    return answer(enrolled, Optional.empty());
  }

  private Enrolled counted(Future<Enrolled> future) {
    try {
      Enrolled enrolled = future.await();
      count(enrolled instanceof Enrolled.Accepted ? "accepted" : "pending");
      return enrolled;
    } catch (ProblemException e) {
      count(e.problem().type().slug());
      throw e;
    }
  }

  private void count(String outcome) {
    meters.counter("registry.enrolments", "outcome", outcome).increment();
  }

  /// @param chosen the secret that the device chose, to be told again as that of the enrolment
  private ApiResponse answer(Enrolled enrolled, Optional<EnrolmentSecret> chosen) {
    String id = enrolled.device().device().value();
    String tenant = enrolled.device().tenant().value();
    return switch (enrolled) {
      case Enrolled.Accepted accepted -> {
        published
            .within(
                accepted.outboxId(),
                "The device was made, but the bus does not take the news at the moment. Ask again"
                    + " with the same secret.")
            .await();
        yield ApiResponse.created(
            DeviceRoutes.PATH + id,
            new EnrolledDevice(
                id,
                tenant,
                tokens.issue(accepted.device(), accepted.generation(), accepted.token())));
      }
      case Enrolled.Pending pending ->
          ApiResponse.accepted(
                  PATH + pending.id(),
                  new PendingEnrolment(
                      pending.id(),
                      id,
                      tenant,
                      PgEnrolmentRows.PENDING,
                      pending.secret().or(() -> chosen).map(EnrolmentSecret::text)))
              .withHeader("Retry-After", ASK_AGAIN_SECONDS);
    };
  }

  private ApiResponse list(ApiRequest request) {
    String state = request.query("state").orElse(PgEnrolmentRows.PENDING);
    Paging paging = Paging.of(request);
    Optional<PgDecisions.Position> after = paging.after(3).map(texts -> position(texts, state));
    return ApiResponse.ok(
        paging.page(
            decisions.list(tenant(request), state, after, now(), paging.limit() + 1).await(),
            enrolment -> List.of(state, enrolment.requestedAt().toString(), enrolment.id())));
  }

  private static PgDecisions.Position position(List<String> cursor, String state) {
    try {
      if (cursor.getFirst().equals(state)) {
        return new PgDecisions.Position(Instant.parse(cursor.get(1)), cursor.getLast());
      }
    } catch (DateTimeException e) {
      // told below, like the cursor of another list
    }
    throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is that of another list.").exception();
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(decisions.get(tenant(request), request.path("id"), now()).await());
  }

  private ApiResponse accept(ApiRequest request) {
    PgDecisions.Decided decided =
        decisions
            .accept(
                tenant(request), request.path("id"), request.principal().id(), now(), request.act())
            .await();
    published
        .within(
            decided.outboxId(),
            "The device was accepted, but the bus does not take the news at the moment; it will, as"
                + " soon as it can.")
        .await();
    return ApiResponse.ok(decided.enrolment());
  }

  private ApiResponse reject(ApiRequest request) {
    return ApiResponse.ok(
        decisions
            .reject(
                tenant(request), request.path("id"), request.principal().id(), now(), request.act())
            .await());
  }

  /// As exact as the database keeps times.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static ProblemException invalid(String pointer, String detail) {
    return Problem.of(ProblemType.VALIDATION_FAILED, detail)
        .with("errors", List.of(Map.of("pointer", pointer, "message", detail)))
        .exception();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
