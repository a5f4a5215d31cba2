package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The operations on provisioning keys.
final class ProvisioningKeyRoutes {

  static final String PATH = "/api/v1/provisioning-keys/";

  private final PgProvisioningKeys keys;
  private final InstantSource clock;

  /// @param clock for the times of keys
  ProvisioningKeyRoutes(PgProvisioningKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  void bind(ApiRouter.Builder router) {
    router
        .operation("createProvisioningKey", this::create)
        .operation("listProvisioningKeys", this::list)
        .operation("deleteProvisioningKey", this::delete);
  }

  /// The body of `createProvisioningKey`.
  record NewProvisioningKey(
      String name,
      String accept,
      @Nullable EnrolmentRule rule,
      @Nullable Instant expiresAt,
      @Nullable Integer usesMax,
      @Nullable String type,
      @Nullable Map<String, String> tags) {}

  private ApiResponse create(ApiRequest request) {
    NewProvisioningKey body = request.body(NewProvisioningKey.class);
    // As exact as the database keeps times.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    EnrolmentSecret secret = EnrolmentSecret.provisioningKey();
    ProvisioningKeyDocument document =
        new ProvisioningKeyDocument(
            UUID.randomUUID().toString(),
            body.name(),
            secret.prefix(),
            body.accept(),
            rule(body),
            Optional.ofNullable(body.type()),
            Objects.requireNonNullElse(body.tags(), Map.of()),
            now,
            request.principal().id(),
            expiry(body, now),
            Optional.ofNullable(body.usesMax()),
            0,
            Optional.empty());
    keys.create(tenant(request), document, secret, request.act()).await();
    return ApiResponse.created(
        PATH + document.id(), new ProvisioningKeyDocument.Created(document, secret.text()));
  }

  private static Optional<EnrolmentRule> rule(NewProvisioningKey body) {
    boolean byRule = Acceptance.of(body.accept()) == Acceptance.BY_RULE;
    if (byRule != (body.rule() != null)) {
      throw invalid("rule", "'rule' goes with the acceptance 'by-rule', and with no other.");
    }
    return Optional.ofNullable(body.rule());
  }

  private static Optional<Instant> expiry(NewProvisioningKey body, Instant now) {
    Optional<Instant> expiresAt =
        Optional.ofNullable(body.expiresAt()).map(at -> at.truncatedTo(ChronoUnit.MICROS));
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(now)) {
      throw invalid("expiresAt", "'expiresAt' must lie in the future.");
    }
    return expiresAt;
  }

  private static ProblemException invalid(String member, String detail) {
    return Problem.of(ProblemType.VALIDATION_FAILED, detail)
        .with("errors", List.of(Map.of("pointer", "/" + member, "message", detail)))
        .exception();
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    return ApiResponse.ok(
        paging.page(
            keys.list(tenant(request), after, paging.limit() + 1).await(),
            key -> List.of(key.id())));
  }

  private ApiResponse delete(ApiRequest request) {
    keys.delete(tenant(request), request.path("id"), request.act()).await();
    return ApiResponse.noContent();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
