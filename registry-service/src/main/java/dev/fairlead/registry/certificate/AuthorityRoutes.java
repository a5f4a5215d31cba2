package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// The operations on certificate authorities.
public final class AuthorityRoutes {

  static final String PATH = "/api/v1/certificate-authorities/";

  private final PgAuthorities authorities;
  private final Published published;
  private final InstantSource clock;

  /// @param clock for the times of authorities
  public AuthorityRoutes(PgAuthorities authorities, Published published, InstantSource clock) {
    this.authorities = authorities;
    this.published = published;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("addCertificateAuthority", this::add)
        .operation("listCertificateAuthorities", this::list)
        .operation("verifyCertificateAuthority", this::verify)
        .operation("deleteCertificateAuthority", this::delete);
  }

  /// The body of `addCertificateAuthority` and of `verifyCertificateAuthority`.
  record Certificate(String certificate) {}

  private ApiResponse add(ApiRequest request) {
    Instant now = now();
    ForeignAuthority authority =
        ForeignAuthority.of(request.body(Certificate.class).certificate(), now);
    AuthorityDocument made =
        authorities
            .register(
                tenant(request), authority, ForeignAuthority.newChallenge(), now, request.act())
            .await();
    return ApiResponse.created(PATH + made.fingerprint(), made);
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<AuthorityDocument> page =
        authorities.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, authority -> List.of(authority.fingerprint())));
  }

  private ApiResponse verify(ApiRequest request) {
    PgAuthorities.Verified verified =
        authorities
            .verify(
                tenant(request),
                request.path("fingerprint"),
                request.body(Certificate.class).certificate(),
                now(),
                request.act())
            .await();
    if (verified.outboxId().isPresent()) {
      published
          .within(
              verified.outboxId().get(),
              "The authority counts, but the bus does not take the news at the moment: devices get"
                  + " in when it does.")
          .await();
    }
    return ApiResponse.ok(verified.authority());
  }

  private ApiResponse delete(ApiRequest request) {
    Optional<Long> outboxId =
        authorities.delete(tenant(request), request.path("fingerprint"), request.act()).await();
    if (outboxId.isPresent()) {
      published
          .within(
              outboxId.get(),
              "The authority was deleted, but the bus does not take the news at the moment: what it"
                  + " signed opens the door until it does.")
          .await();
    }
    return ApiResponse.noContent();
  }

  /// As exact as the database keeps times.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
