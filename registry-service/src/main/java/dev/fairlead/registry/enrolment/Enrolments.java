package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRouter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;

/// Enrolment, put together.
public final class Enrolments {

  private final ProvisioningKeyRoutes keys;
  private final EnrolmentRoutes enrolments;
  private final PgEnrolmentSweep sweep;

  private Enrolments(
      ProvisioningKeyRoutes keys, EnrolmentRoutes enrolments, PgEnrolmentSweep sweep) {
    this.keys = keys;
    this.enrolments = enrolments;
    this.sweep = sweep;
  }

  /// Puts it together, and begins to remove what has expired.
  ///
  /// @param tokens makes the tokens of devices
  /// @param clock for the times of keys, enrolments and tokens
  public static Enrolments open(
      Vertx vertx,
      Pool pool,
      PgOutbox outbox,
      DeviceTokens tokens,
      EnrolmentSettings settings,
      InstantSource clock,
      MeterRegistry meters) {
    PgClaims claims = new PgClaims(pool, tokens);
    PgEnrolmentSweep sweep = new PgEnrolmentSweep(vertx, pool, clock);
    sweep.start();
    return new Enrolments(
        new ProvisioningKeyRoutes(new PgProvisioningKeys(pool), clock),
        new EnrolmentRoutes(
            new PgApplications(pool, tokens, claims, settings),
            claims,
            new PgDecisions(pool, tokens, settings),
            new Published(outbox),
            tokens,
            clock,
            meters),
        sweep);
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    keys.bind(router);
    enrolments.bind(router);
  }

  /// Stops removing.
  public Future<Void> close() {
    return sweep.close();
  }
}
