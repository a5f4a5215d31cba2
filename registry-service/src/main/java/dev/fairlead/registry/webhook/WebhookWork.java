package dev.fairlead.registry.webhook;

import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.registry.change.ChangeFilter;
import dev.fairlead.registry.delivery.Dispatcher;
import dev.fairlead.registry.delivery.Outcome;
import dev.fairlead.registry.webhook.PgWebhookQueue.Claimed;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends to webhooks what they have not been sent yet: each in order, one at a time; what is not
/// taken holds up what is behind it until it is given up. A webhook is given back after a while, so
/// that others have their turn.
final class WebhookWork implements Dispatcher.Work<Claimed> {

  private static final Logger log = LoggerFactory.getLogger(WebhookWork.class);

  private static final int PART = 50;
  private static final Duration TURN = Duration.ofSeconds(10);

  private final PgFeed<ChangeFilter> feed;
  private final PgWebhookQueue queue;
  private final WebhookWays ways;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private volatile boolean closed;

  WebhookWork(
      PgFeed<ChangeFilter> feed,
      PgWebhookQueue queue,
      WebhookWays ways,
      InstantSource clock,
      MeterRegistry meters) {
    this.feed = feed;
    this.queue = queue;
    this.ways = ways;
    this.clock = clock;
    this.meters = meters;
  }

  /// Finishes what is being sent, and begins nothing more.
  void close() {
    closed = true;
  }

  @Override
  public Future<List<Claimed>> claim(int most, boolean failing) {
    return queue.claim(most, failing);
  }

  @Override
  public Future<Void> serve(Claimed webhook) {
    Instant until = clock.instant().plus(TURN);
    Optional<Duration> pause = ways.pause(webhook.target());
    if (pause.isPresent()) {
      return digest(webhook, until).compose(_ -> queue.rest(webhook, pause.get()));
    }
    return parts(webhook, until)
        .compose(
            head ->
                queue.tidy(webhook, head, clock.instant()).compose(_ -> queue.release(webhook)));
  }

  /// @return the event that is next, if one is left
  private Future<Optional<String>> parts(Claimed webhook, Instant until) {
    return feed.after(webhook.cursor(), webhook.filter(), PART)
        .compose(part -> events(webhook, part, 0, until))
        .recover(cause -> skipped(webhook, cause, until));
  }

  private Future<Optional<String>> events(
      Claimed webhook, PgFeed.Part part, int index, Instant until) {
    if (closed || clock.instant().isAfter(until)) {
      return Future.succeededFuture(
          part.events().stream().skip(index).findFirst().map(FeedEvent::id));
    }
    if (index == part.events().size()) {
      return queue
          .moved(webhook, part.next())
          .compose(
              held ->
                  held && part.more()
                      ? parts(webhook.at(part.next()), until)
                      : Future.succeededFuture(Optional.empty()));
    }
    FeedEvent event = part.events().get(index);
    Position behind = part.positions().get(index);
    return ways.send(webhook.target(), event.id(), event)
        .compose(outcome -> note(webhook, event, behind, outcome))
        .compose(
            on ->
                on
                    ? events(webhook.at(behind), part, index + 1, until)
                    : Future.succeededFuture(Optional.of(event.id())));
  }

  /// Sends some events at once. That they were taken is written down one by one; should this
  /// process die before the last, those behind are sent again.
  private Future<Void> digest(Claimed webhook, Instant until) {
    return feed.after(webhook.cursor(), webhook.filter(), PART)
        .compose(
            part -> {
              if (part.events().isEmpty()) {
                return queue.moved(webhook, part.next()).mapEmpty();
              }
              FeedEvent first = part.events().getFirst();
              return ways.sendMail(webhook.target(), first.id(), part.events())
                  .compose(outcome -> noteAll(webhook, part, 0, outcome));
            })
        .recover(cause -> skipped(webhook, cause, until).mapEmpty());
  }

  private Future<Void> noteAll(Claimed webhook, PgFeed.Part part, int index, Outcome outcome) {
    if (index == part.events().size()) {
      return Future.succeededFuture();
    }
    Position behind = part.positions().get(index);
    return note(webhook, part.events().get(index), behind, outcome)
        .compose(
            on ->
                on && outcome.delivered()
                    ? noteAll(webhook.at(behind), part, index + 1, outcome)
                    : Future.succeededFuture());
  }

  private Future<Boolean> note(Claimed webhook, FeedEvent event, Position behind, Outcome outcome) {
    meters
        .counter(
            "registry.webhook.attempts", "outcome", outcome.delivered() ? "delivered" : "failed")
        .increment();
    return outcome.delivered()
        ? queue.delivered(webhook, event, behind, outcome, clock.instant())
        : queue.failed(webhook, event, behind, outcome, clock.instant());
  }

  /// A webhook that was away, or disabled, for longer than changes are kept goes on with what is
  /// left.
  private Future<Optional<String>> skipped(Claimed webhook, Throwable cause, Instant until) {
    if (!(cause instanceof ProblemException problem)
        || problem.problem().type() != ProblemType.CURSOR_EXPIRED) {
      return Future.failedFuture(cause);
    }
    meters.counter("registry.webhook.gaps").increment();
    log.atWarn()
        .addKeyValue("tenant", webhook.tenant())
        .addKeyValue("webhook", webhook.id())
        .log("changes were taken away before they could be sent to a webhook");
    return feed.horizon()
        .compose(
            horizon ->
                queue
                    .moved(webhook, horizon)
                    .compose(
                        held ->
                            held
                                ? parts(webhook.at(horizon), until)
                                : Future.succeededFuture(Optional.empty())));
  }
}
