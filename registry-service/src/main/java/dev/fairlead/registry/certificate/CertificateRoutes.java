package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// The operations on certificates of devices.
public final class CertificateRoutes {

  private final PgCertificates certificates;
  private final Published published;
  private final Duration lifetime;
  private final InstantSource clock;

  /// @param lifetime how long a certificate is good
  /// @param clock for the times of certificates
  public CertificateRoutes(
      PgCertificates certificates, Published published, Duration lifetime, InstantSource clock) {
    this.certificates = certificates;
    this.published = published;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("issueCertificate", this::issue)
        .operation("listCertificates", this::list)
        .operation("revokeCertificate", this::revoke);
  }

  /// The body of `issueCertificate`.
  record NewCertificate(String csr) {}

  private ApiResponse issue(ApiRequest request) {
    DeviceKey device = device(request);
    SigningRequest csr = SigningRequest.of(request.body(NewCertificate.class).csr());
    // As exact as the database keeps times.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    PgCertificates.Issue issue =
        certificates.issue(device, csr.key(), lifetime, now, request.act()).await();
    if (issue.outboxId().isPresent()) {
      published
          .within(
              issue.outboxId().get(),
              "The certificate was issued and not shown, for the bus does not take the news of its"
                  + " authority at the moment. Ask for another one.")
          .await();
    }
    return ApiResponse.created(
        pathOf(device, issue.issued().document().fingerprint()), issue.issued());
  }

  /// The path of a device's certificates.
  static String pathOf(DeviceKey device) {
    return "/api/v1/devices/%s/certificates".formatted(device.device());
  }

  static String pathOf(DeviceKey device, String fingerprint) {
    return pathOf(device) + "/" + fingerprint;
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<CertificateDocument> page =
        certificates.list(device(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, certificate -> List.of(certificate.fingerprint())));
  }

  private ApiResponse revoke(ApiRequest request) {
    long outboxId =
        certificates
            .revoke(device(request), request.path("fingerprint"), clock.instant(), request.act())
            .await();
    published
        .within(
            outboxId,
            "The certificate was revoked, but the bus does not take the news at the moment: it may"
                + " open the door until it does.")
        .await();
    return ApiResponse.noContent();
  }

  /// The device of the request.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `device-not-found` for `.` and `..`,
  ///     which the contract's pattern lets through
  private static DeviceKey device(ApiRequest request) {
    String id = request.path("id");
    if (!DeviceId.isValid(id)) {
      throw Problem.of(ProblemType.DEVICE_NOT_FOUND, "There is no device '" + id + "'.")
          .exception();
    }
    return new DeviceKey(new TenantId(request.tenant()), new DeviceId(id));
  }
}
