package dev.fairlead.registry.knowledge;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operations on the knowledge base.
public final class KnowledgeRoutes {

  private final PgKnowledge knowledge;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param clock for the times of entries
  public KnowledgeRoutes(Pool pool, InstantSource clock) {
    this.knowledge = new PgKnowledge(pool);
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("listKnowledge", this::list)
        .operation("getKnowledge", request -> ApiResponse.ok(knowledge.get(key(request)).await()))
        .operation("putKnowledge", this::put)
        .operation("deleteKnowledge", this::delete);
  }

  /// The body of `putKnowledge`.
  record NewKnowledge(@Nullable String title, String explanation, String suggestion) {}

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<PgKnowledge.Key> after =
        paging
            .after(2)
            .map(
                cursor ->
                    new PgKnowledge.Key(tenant(request), cursor.getFirst(), cursor.getLast()));
    List<KnowledgeDocument> page =
        knowledge.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(
        paging.page(page, entry -> List.of(entry.code(), entry.type().orElse(""))));
  }

  private ApiResponse put(ApiRequest request) {
    NewKnowledge body = request.body(NewKnowledge.class);
    PgKnowledge.Key key = key(request);
    return ApiResponse.ok(
        knowledge
            .put(
                key,
                new KnowledgeDocument(
                    key.code(),
                    request.query("type"),
                    Optional.ofNullable(body.title()),
                    body.explanation(),
                    body.suggestion(),
                    clock.instant().truncatedTo(ChronoUnit.MICROS),
                    request.principal().id()),
                request.act())
            .await());
  }

  private ApiResponse delete(ApiRequest request) {
    knowledge.delete(key(request), request.act()).await();
    return ApiResponse.noContent();
  }

  private static PgKnowledge.Key key(ApiRequest request) {
    return new PgKnowledge.Key(
        tenant(request), request.path("code"), request.query("type").orElse(""));
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
