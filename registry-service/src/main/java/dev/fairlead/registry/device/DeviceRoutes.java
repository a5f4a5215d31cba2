package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.Location;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The operations on devices.
public final class DeviceRoutes {

  /// Where devices are, each under its id.
  public static final String PATH = "/api/v1/devices/";

  private final DeviceStore store;
  private final LongQueries longQueries;
  private final Published published;
  private final DeviceTokens tokens;
  private final InstantSource clock;

  /// @param longQueries for lists that a filter makes
  /// @param quota how many devices a tenant may have
  /// @param tokens makes the tokens of new devices
  /// @param clock for the times of devices and tokens
  public DeviceRoutes(
      Pool pool,
      LongQueries longQueries,
      PgOutbox outbox,
      PgDeviceQuota quota,
      DeviceTokens tokens,
      InstantSource clock) {
    this.store = new PgDeviceStore(pool, longQueries.pool(), outbox, quota);
    this.longQueries = longQueries;
    this.published = new Published(outbox);
    this.tokens = tokens;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("createDevice", this::create)
        .operation("createSubDevice", this::createBelow)
        .operation("listDevices", this::list)
        .operation("getDevice", this::get)
        .operation("patchDevice", this::patch)
        .operation("deleteDevice", this::delete);
  }

  /// The body of `createDevice` and of `createSubDevice`.
  record NewDevice(
      @Nullable String id,
      @Nullable String name,
      @Nullable String type,
      @Nullable Map<String, String> tags,
      @Nullable Location location) {

    String idOrNew() {
      return id == null ? UUID.randomUUID().toString() : id;
    }

    DeviceDescription description() {
      return new DeviceDescription(
          Optional.ofNullable(name),
          Optional.ofNullable(type),
          tags == null ? Map.of() : tags,
          Optional.ofNullable(location));
    }
  }

  private ApiResponse create(ApiRequest request) {
    NewDevice body = request.body(NewDevice.class);
    DeviceKey device = key(request, body.idOrNew());
    DeviceDescription description = body.description();
    Instant now = clock.instant();
    DeviceTokens.Plan plan = tokens.plan(now);
    DeviceStore.Made made = store.create(device, description, plan, now, request.act()).await();
    published
        .within(
            made.outboxId(),
            "The device was made, but the bus does not take the news at the moment, and its token was"
                + " not shown. Delete the device and make it again.")
        .await();
    String token = tokens.issue(device, made.generation(), plan);
    return ApiResponse.created(
        PATH + device.device(), new DeviceDocument.Created(store.get(device).await(), token));
  }

  private ApiResponse createBelow(ApiRequest request) {
    DeviceKey parent = key(request, request.path("id"));
    NewDevice body = request.body(NewDevice.class);
    DeviceKey device = key(request, body.idOrNew());
    long outboxId =
        store
            .createBelow(parent, device, body.description(), clock.instant(), request.act())
            .await();
    published
        .within(
            outboxId,
            "The sub-device was made, but the bus does not take the news at the moment. It will be"
                + " told later.")
        .await();
    return ApiResponse.created(PATH + device.device(), store.get(device).await());
  }

  private ApiResponse list(ApiRequest request) throws InterruptedException {
    DeviceFilter filter = DeviceFilter.of(request);
    Paging paging = Paging.of(request);
    String fingerprint = filter.fingerprint();
    Optional<String> after = paging.after(2).map(cursor -> idOf(cursor, fingerprint));
    Supplier<Future<DeviceStore.Listed>> query =
        () -> store.list(filter, after, paging.limit() + 1, clock.instant());
    DeviceStore.Listed listed =
        filter.mayTakeLong()
            ? longQueries.run(request.tenant(), query).await()
            : query.get().await();
    Paging.Page<DeviceDocument.Summary> page =
        paging.page(listed.devices(), device -> List.of(fingerprint, device.id()));
    return ApiResponse.ok(
        new DeviceDocument.DevicePage(page.items(), page.next(), listed.indexed()));
  }

  private static String idOf(List<String> cursor, String fingerprint) {
    String id = cursor.getLast();
    if (!cursor.getFirst().equals(fingerprint) || !DeviceId.isValid(id)) {
      throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is that of a list with other filters.")
          .exception();
    }
    return id;
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(store.get(key(request, request.path("id"))).await());
  }

  private ApiResponse patch(ApiRequest request) {
    DeviceKey device = key(request, request.path("id"));
    Optional<Long> outboxId =
        store.patch(device, request.body(ObjectNode.class), clock.instant(), request.act()).await();
    if (outboxId.isPresent()) {
      published
          .within(
              outboxId.get(),
              "The device was changed, but the bus does not take the news at the moment: whether it"
                  + " is shut out takes effect when it does.")
          .await();
    }
    return ApiResponse.ok(store.get(device).await());
  }

  private ApiResponse delete(ApiRequest request) {
    DeviceKey device = key(request, request.path("id"));
    Instant now = clock.instant();
    long outboxId = store.delete(device, tokens.plan(now).expiresAt(), now, request.act()).await();
    published
        .within(
            outboxId,
            "The device was deleted, but the bus does not take the news at the moment: its token may"
                + " open the door until it does.")
        .await();
    return ApiResponse.noContent();
  }

  /// The key of a device in the tenant of the request.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for `.` and `..`,
  ///     which the contract's pattern lets through
  private static DeviceKey key(ApiRequest request, String id) {
    if (!DeviceId.isValid(id)) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "'" + id + "' cannot be a device's id.")
          .exception();
    }
    return new DeviceKey(new TenantId(request.tenant()), new DeviceId(id));
  }
}
