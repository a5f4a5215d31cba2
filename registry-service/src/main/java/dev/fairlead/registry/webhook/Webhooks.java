package dev.fairlead.registry.webhook;

import dev.fairlead.registry.change.Changes;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.delivery.Dispatcher;
import dev.fairlead.registry.mail.Mailer;
import dev.fairlead.registry.webhook.PgWebhookQueue.Claimed;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Webhooks, put together.
public final class Webhooks {

  private static final Logger log = LoggerFactory.getLogger(Webhooks.class);

  private static final int HEALTHY_MAX = 32;
  private static final int FAILING_MAX = 16;
  private static final Duration IDLE_INTERVAL = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final WebhookWays ways;
  private final WebhookWork work;
  private final Dispatcher<Claimed> dispatcher;
  private final WebhookRoutes routes;
  private final long timer;

  /// Begins to send; its context is the caller's.
  ///
  /// @param master encrypts the secrets
  /// @param clock for the times of deliveries
  public Webhooks(
      Vertx vertx,
      Pool pool,
      Changes changes,
      MasterKey master,
      WebhookSettings settings,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.ways =
        new WebhookWays(
            new WebhookSender(vertx, settings, clock),
            settings.mail().map(mail -> new Mailer(vertx, mail, settings.timeout())),
            settings);
    PgWebhookQueue queue = new PgWebhookQueue(pool, master, settings);
    this.work = new WebhookWork(changes.feed(), queue, ways, clock, meters);
    this.dispatcher = new Dispatcher<>(vertx, work, HEALTHY_MAX, FAILING_MAX);
    this.routes =
        new WebhookRoutes(
            new PgWebhooks(pool, master), new PgDeliveries(pool), ways, dispatcher::round, clock);
    this.timer =
        vertx.setPeriodic(
            IDLE_INTERVAL.toMillis(),
            _ ->
                queue
                    .moveIdle()
                    .onFailure(cause -> log.atDebug().setCause(cause).log("webhooks not moved")));
    changes.onNews(dispatcher::round);
  }

  /// The operations.
  public WebhookRoutes routes() {
    return routes;
  }

  /// Finishes what is being sent; another replica, or the next start, goes on.
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    work.close();
    return dispatcher.close().eventually(ways::close);
  }
}
