package dev.fairlead.registry.credential;

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
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The operations on devices' credentials and on the keys that sign them.
public final class CredentialRoutes {

  static final String KEYS = "/api/v1/signing-keys/";
  private static final String DEVICES = "/api/v1/devices/";
  private static final long OFFER_SECONDS = 5;

  private final PgCredentialStore credentials;
  private final PgSigningKeyStore keys;
  private final DeviceTokens tokens;
  private final TokenOffers offers;
  private final Published published;
  private final InstantSource clock;

  CredentialRoutes(
      PgCredentialStore credentials,
      PgSigningKeyStore keys,
      DeviceTokens tokens,
      TokenOffers offers,
      Published published,
      InstantSource clock) {
    this.credentials = credentials;
    this.keys = keys;
    this.tokens = tokens;
    this.offers = offers;
    this.published = published;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("issueCredential", this::issue)
        .operation("revokeCredentials", this::revoke)
        .operation("rotateCredential", this::rotate)
        .operation("listSigningKeys", this::list)
        .operation("createSigningKey", this::announce)
        .operation("deleteSigningKey", this::withdraw)
        .operation("listDevicesOfSigningKey", this::dependents);
  }

  /// The body of `issueCredential`.
  record NewCredential(@Nullable Boolean revokeOthers) {}

  /// A token that was made, at the one time it is shown.
  record Issued(String deviceId, String token, long generation, Instant expiresAt) {}

  /// A token that was offered to its device, and is shown to nobody else.
  record Offered(String deviceId, long generation, Instant expiresAt) {}

  private ApiResponse issue(ApiRequest request) {
    DeviceKey device = device(request);
    @Nullable Boolean asked =
        request.bodyBytes().length == 0 ? null : request.body(NewCredential.class).revokeOthers();
    boolean only = asked == null || asked;
    DeviceTokens.Plan plan = tokens.plan(now());
    PgCredentialStore.Changed changed =
        credentials.issue(device, plan, only, request.act()).await();
    published
        .within(
            changed.outboxId(),
            "The device's tokens were changed, but the bus does not take the news at the moment, and"
                + " the new one was not shown. Ask for another.")
        .await();
    return ApiResponse.created(
        DEVICES + device.device(),
        new Issued(
            device.device().value(),
            tokens.issue(device, changed.generation(), plan),
            changed.generation(),
            plan.expiresAt()));
  }

  private ApiResponse revoke(ApiRequest request) {
    PgCredentialStore.Changed changed =
        credentials.revoke(device(request), tokens.plan(now()), request.act()).await();
    published
        .within(
            changed.outboxId(),
            "The device's tokens were revoked, but the bus does not take the news at the moment: they"
                + " may open the door until it does.")
        .await();
    return ApiResponse.noContent();
  }

  private ApiResponse rotate(ApiRequest request) throws TimeoutException {
    DeviceKey device = device(request);
    DeviceTokens.Plan plan = tokens.plan(now());
    PgCredentialStore.Offer offer = credentials.rotate(device, plan, request.act()).await();
    offers.send(offer, plan).await(OFFER_SECONDS, TimeUnit.SECONDS);
    return ApiResponse.accepted(
        DEVICES + device.device(),
        new Offered(device.device().value(), offer.generation(), plan.expiresAt()));
  }

  private ApiResponse list(ApiRequest request) {
    return ApiResponse.ok(new Paging.Page<>(keys.list(now()).await(), null));
  }

  private ApiResponse announce(ApiRequest request) {
    PgSigningKeyStore.Announced announced = keys.announce(now(), request.act()).await();
    published
        .within(
            announced.outboxId(),
            "The key was made, but the bus does not take the news at the moment.")
        .await();
    return ApiResponse.created(KEYS + announced.key().id(), announced.key());
  }

  private ApiResponse withdraw(ApiRequest request) {
    long outboxId = keys.withdraw(request.path("id"), now(), request.act()).await();
    published
        .within(
            outboxId,
            "The key was taken back, but the bus does not take the news at the moment: its tokens may"
                + " open the door until it does.")
        .await();
    return ApiResponse.noContent();
  }

  private ApiResponse dependents(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<DeviceId> after = paging.after(1).map(texts -> id(texts.getFirst()));
    List<PgCredentialStore.Dependent> page =
        credentials
            .dependents(
                new TenantId(request.tenant()), request.path("id"), after, paging.limit() + 1)
            .await();
    return ApiResponse.ok(paging.page(page, dependent -> List.of(dependent.id())));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static DeviceKey device(ApiRequest request) {
    return new DeviceKey(new TenantId(request.tenant()), id(request.path("id")));
  }

  private static DeviceId id(String text) {
    if (!DeviceId.isValid(text)) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "'" + text + "' cannot be a device's id.")
          .exception();
    }
    return new DeviceId(text);
  }
}
