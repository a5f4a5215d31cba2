package dev.fairlead.registry.group;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The operations on groups.
public final class GroupRoutes {

  static final String PATH = "/api/v1/groups/";

  private final PgGroups groups;
  private final PgGroupMembers members;
  private final PgGroupScope scope;
  private final Published published;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param clock for the times of groups
  public GroupRoutes(Pool pool, Published published, InstantSource clock) {
    this.groups = new PgGroups(pool);
    this.members = new PgGroupMembers(pool);
    this.scope = new PgGroupScope(pool);
    this.published = published;
    this.clock = clock;
  }

  /// Binds the operations to the contract, and keys that are kept to a group to its devices.
  public void bind(ApiRouter.Builder router) {
    router
        .groups((tenant, group, device) -> scope.contains(tenant, group, device).await())
        .operation("createGroup", this::create)
        .operation("listGroups", this::list)
        .operation("getGroup", this::get)
        .operation("patchGroup", this::patch)
        .operation("deleteGroup", this::delete)
        .operation("changeGroupDevices", this::changeDevices);
  }

  /// The body of `createGroup`.
  record NewGroup(String id, @Nullable String name, @Nullable String filter) {}

  /// The body of `patchGroup`.
  record GroupPatch(@Nullable String name, @Nullable String filter) {}

  /// The body of `changeGroupDevices`.
  record DevicesChange(@Nullable List<String> add, @Nullable List<String> remove) {}

  /// The answer of `changeGroupDevices`.
  record DevicesChanged(int added, int removed, List<String> unknown) {
    DevicesChanged {
      unknown = List.copyOf(unknown);
    }
  }

  private ApiResponse create(ApiRequest request) {
    NewGroup body = request.body(NewGroup.class);
    Optional<String> filter = checked(body.filter());
    Instant now = now();
    GroupDocument group =
        groups
            .create(
                tenant(request),
                new GroupDocument(
                    body.id(), body.name() == null ? body.id() : body.name(), filter, now, now),
                request.act())
            .await();
    return ApiResponse.created(PATH + group.id(), group);
  }

  private static Optional<String> checked(@Nullable String filter) {
    Optional<String> given = Optional.ofNullable(filter);
    given.ifPresent(FilterParser::parse);
    return given;
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<GroupDocument> page = groups.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, group -> List.of(group.id())));
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(groups.get(tenant(request), request.path("id")).await());
  }

  private ApiResponse patch(ApiRequest request) {
    GroupPatch body = request.body(GroupPatch.class);
    return ApiResponse.ok(
        groups
            .change(
                tenant(request),
                request.path("id"),
                Optional.ofNullable(body.name()),
                checked(body.filter()),
                now(),
                request.act())
            .await());
  }

  private ApiResponse delete(ApiRequest request) {
    groups.delete(tenant(request), request.path("id"), request.act()).await();
    return ApiResponse.noContent();
  }

  private ApiResponse changeDevices(ApiRequest request) {
    DevicesChange body = request.body(DevicesChange.class);
    PgGroupMembers.Changed changed =
        members
            .change(
                tenant(request),
                request.path("id"),
                Set.copyOf(Optional.ofNullable(body.add()).orElse(List.of())),
                Set.copyOf(Optional.ofNullable(body.remove()).orElse(List.of())),
                now(),
                request.act())
            .await();
    if (changed.outboxId().isPresent()) {
      published
          .within(
              changed.outboxId().get(),
              "The group was changed, but the bus does not take the news at the moment: keys that are"
                  + " for the group notice when it does.")
          .await();
    }
    return ApiResponse.ok(
        new DevicesChanged(changed.added(), changed.removed(), changed.unknown()));
  }

  /// As exact as the database keeps times.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
