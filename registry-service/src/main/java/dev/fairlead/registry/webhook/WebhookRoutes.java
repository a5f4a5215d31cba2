package dev.fairlead.registry.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.delivery.Outcome;
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
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The operations on webhooks.
public final class WebhookRoutes {

  static final String PATH = "/api/v1/webhooks/";

  private static final String TEST = "dev.fairlead.webhook.test";
  private static final Duration OVERLAP = Duration.ofDays(1);

  private final PgWebhooks webhooks;
  private final PgDeliveries deliveries;
  private final WebhookWays ways;
  private final Runnable work;
  private final InstantSource clock;

  /// @param work is told that there may be something to send
  /// @param clock for the times of webhooks
  WebhookRoutes(
      PgWebhooks webhooks,
      PgDeliveries deliveries,
      WebhookWays ways,
      Runnable work,
      InstantSource clock) {
    this.webhooks = webhooks;
    this.deliveries = deliveries;
    this.ways = ways;
    this.work = work;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("createWebhook", this::create)
        .operation("listWebhooks", this::list)
        .operation("getWebhook", this::get)
        .operation("patchWebhook", this::patch)
        .operation("deleteWebhook", this::delete)
        .operation("rotateWebhookSecret", this::rotate)
        .operation("testWebhook", this::test)
        .operation("listWebhookDeliveries", this::listDeliveries)
        .operation("redeliverWebhookEvent", this::redeliver);
  }

  /// The body of `createWebhook`.
  record NewWebhook(
      @Nullable String name,
      String url,
      @Nullable List<String> kinds,
      @Nullable String device,
      @Nullable String group,
      @Nullable Boolean enabled) {}

  /// The body of `rotateWebhookSecret`.
  record Rotation(@Nullable Long overlapSeconds) {}

  private ApiResponse create(ApiRequest request) {
    NewWebhook body = request.body(NewWebhook.class);
    WebhookEdit edit =
        new WebhookEdit(
            Objects.requireNonNullElse(body.name(), body.url()),
            ways.checked(body.url()),
            kinds(Objects.requireNonNullElse(body.kinds(), List.of())),
            Optional.ofNullable(body.device()),
            Optional.ofNullable(body.group()),
            Objects.requireNonNullElse(body.enabled(), true));
    WebhookSecret secret = WebhookSecret.random();
    WebhookDocument made =
        webhooks
            .create(
                tenant(request), UUID.randomUUID().toString(), edit, secret, now(), request.act())
            .await();
    return ApiResponse.created(PATH + made.id(), new WebhookDocument.Created(made, secret.text()));
  }

  private static List<ChangeKind> kinds(List<String> words) {
    return words.stream().flatMap(word -> ChangeKind.of(word).stream()).toList();
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<WebhookDocument> page =
        webhooks.list(tenant(request), after, paging.limit() + 1, now()).await();
    return ApiResponse.ok(paging.page(page, webhook -> List.of(webhook.id())));
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(webhooks.get(tenant(request), request.path("id"), now()).await());
  }

  private ApiResponse patch(ApiRequest request) {
    ObjectNode patch = request.body(ObjectNode.class);
    WebhookDocument changed =
        webhooks
            .change(
                tenant(request),
                request.path("id"),
                before -> patched(before, patch),
                now(),
                request.act())
            .await();
    work.run();
    return ApiResponse.ok(changed);
  }

  /// A merge patch that matches the contract: what is null goes, what is absent stays.
  private WebhookEdit patched(WebhookEdit before, ObjectNode patch) {
    return new WebhookEdit(
        patch.path("name").asText(before.name()),
        patch.has("url") ? ways.checked(patch.path("url").textValue()) : before.url(),
        patch.has("kinds") ? kinds(words(patch.path("kinds"))) : before.kinds(),
        patched(before.device(), patch, "device"),
        patched(before.group(), patch, "group"),
        patch.path("enabled").asBoolean(before.enabled()));
  }

  private static Optional<String> patched(
      Optional<String> before, ObjectNode patch, String member) {
    return patch.has(member) ? Optional.ofNullable(patch.path(member).textValue()) : before;
  }

  private static List<String> words(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }

  private ApiResponse delete(ApiRequest request) {
    webhooks.delete(tenant(request), request.path("id"), request.act()).await();
    return ApiResponse.noContent();
  }

  private ApiResponse rotate(ApiRequest request) {
    Duration overlap =
        request.bodyBytes().length == 0
            ? OVERLAP
            : Optional.ofNullable(request.body(Rotation.class).overlapSeconds())
                .map(Duration::ofSeconds)
                .orElse(OVERLAP);
    WebhookSecret secret = WebhookSecret.random();
    WebhookDocument changed =
        webhooks
            .rotate(tenant(request), request.path("id"), secret, overlap, now(), request.act())
            .await();
    return ApiResponse.ok(new WebhookDocument.Created(changed, secret.text()));
  }

  private ApiResponse test(ApiRequest request) {
    TenantId tenant = tenant(request);
    String webhook = request.path("id");
    WebhookSender.Target target = webhooks.target(tenant, webhook).await();
    String id = "test-" + UUID.randomUUID();
    FeedEvent event =
        FeedEvent.of(
            id,
            tenant,
            TEST,
            Optional.empty(),
            now(),
            JsonNodeFactory.instance.objectNode().put("webhook", webhook));
    Outcome outcome = ways.send(target, id, event).await();
    return ApiResponse.ok(
        new WebhookDocument.Tested(outcome.delivered(), outcome.status(), outcome.failure()));
  }

  private ApiResponse listDeliveries(ApiRequest request) {
    Paging paging = Paging.of(request);
    long before = paging.after(1).map(texts -> number(texts.getFirst())).orElse(Long.MAX_VALUE);
    List<WebhookDocument.Delivery> page =
        deliveries
            .list(
                tenant(request),
                request.path("id"),
                request.query("state"),
                before,
                paging.limit() + 1)
            .await();
    return ApiResponse.ok(paging.page(page, delivery -> List.of(Long.toString(delivery.number()))));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is not one of this list.").exception();
    }
  }

  private ApiResponse redeliver(ApiRequest request) {
    TenantId tenant = tenant(request);
    String webhook = request.path("id");
    String id = request.path("delivery");
    WebhookSender.Target target = webhooks.target(tenant, webhook).await();
    WebhookDocument.Delivery known = deliveries.get(tenant, webhook, id).await();
    if (known.state().equals("retrying")) { // whoever sends it in its order does so now
      deliveries.hurry(tenant, webhook, request.act()).await();
      work.run();
      return ApiResponse.ok(known);
    }
    Outcome outcome = ways.send(target, id, known.event()).await();
    return ApiResponse.ok(
        deliveries.sentAgain(tenant, webhook, id, outcome, now(), request.act()).await());
  }

  /// As exact as the database keeps times.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
