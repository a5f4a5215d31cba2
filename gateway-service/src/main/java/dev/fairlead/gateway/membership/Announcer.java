package dev.fairlead.gateway.membership;

import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.SessionLifecycle;
import dev.fairlead.gateway.session.SessionRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the bus of all living sessions again, after it has forgotten them: under their old epochs
/// when this gateway was declared lost, with new ones when the bus began a new generation. A few at
/// a time, each until the bus has it. Confined to the context that makes it.
public final class Announcer {

  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  private static final int UNDER_WAY_MAX = 256;
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Vertx vertx;
  private final Context context;
  private final SessionRegistry registry;
  private final SessionLifecycle lifecycle;
  private final MeterRegistry meters;

  public Announcer(
      Vertx vertx, SessionRegistry registry, SessionLifecycle lifecycle, MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.registry = registry;
    this.lifecycle = lifecycle;
    this.meters = meters;
  }

  /// This gateway was declared lost, or its mail was: all sessions live on as they were.
  public void resumeAll() {
    lifecycle.forgotten();
    run("resumed", lifecycle::resume, session -> true);
  }

  /// The bus began a new generation: the sessions of older ones are opened anew.
  public void reopenOlderThan(long generation) {
    run("reopened", lifecycle::announce, session -> session.epoch().generation() < generation);
  }

  /// Whether a session is concerned. Called on the session's context.
  private interface Concern {
    boolean is(DeviceSession session);
  }

  private void run(String what, Function<DeviceSession, Future<Void>> telling, Concern concern) {
    List<DeviceSession> sessions = List.copyOf(registry.all());
    log.atWarn().addKeyValue("what", what).addKeyValue("sessions", sessions.size()).log("announce");
    Iterator<DeviceSession> rest = sessions.iterator();
    context.runOnContext(
        nothing -> {
          for (int i = 0; i < UNDER_WAY_MAX; i++) {
            next(what, rest, telling, concern);
          }
        });
  }

  private void next(
      String what,
      Iterator<DeviceSession> rest,
      Function<DeviceSession, Future<Void>> telling,
      Concern concern) {
    if (rest.hasNext()) {
      tell(what, rest.next(), telling, concern)
          .onSuccess(nothing -> next(what, rest, telling, concern));
    }
  }

  private Future<Void> tell(
      String what,
      DeviceSession session,
      Function<DeviceSession, Future<Void>> telling,
      Concern concern) {
    Promise<Void> told = Promise.promise();
    session.execute(
        () -> {
          // Who has come or gone since tells the bus without us.
          Future<Void> done =
              session.isLive() && concern.is(session)
                  ? telling.apply(session)
                  : Future.succeededFuture();
          done.onComplete(result -> context.runOnContext(nothing -> told.handle(result)));
        });
    return told.future()
        .onSuccess(nothing -> meters.counter("gateway.sessions.announced", "as", what).increment())
        .recover(cause -> later().compose(nothing -> tell(what, session, telling, concern)));
  }

  private Future<Void> later() {
    return vertx.timer(RETRY.toMillis(), TimeUnit.MILLISECONDS).mapEmpty();
  }
}
