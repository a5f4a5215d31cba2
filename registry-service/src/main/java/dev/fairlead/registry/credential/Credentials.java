package dev.fairlead.registry.credential;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.Published;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.function.Function;

/// Devices' credentials, put together.
public final class Credentials {

  private final DeviceTokens tokens;
  private final PersonTokens personTokens;
  private final CredentialRoutes routes;
  private final PgSigningKeyKeeper keeper;
  private final TokenOffers offers;

  /// @param loaded the signing keys that there are
  /// @param producer sends to the inboxes of gateways
  public Credentials(
      Vertx vertx,
      Pool pool,
      PgOutbox outbox,
      PgSigningKeys keys,
      PgSigningKeys.Loaded loaded,
      PgSigningKeyKeeper.Lifetimes lifetimes,
      Function<BusRecord, Future<?>> producer,
      InstantSource clock,
      MeterRegistry meters) {
    SigningKeyRing ring = loaded.ring();
    PgCredentialStore store = new PgCredentialStore(pool);
    TokenSigner signer = new TokenSigner(vertx, ring);
    this.tokens = new DeviceTokens(signer, lifetimes.token());
    this.personTokens = new PersonTokens(signer);
    this.keeper = new PgSigningKeyKeeper(vertx, pool, keys, ring, lifetimes, outbox, clock);
    this.offers = new TokenOffers(vertx, store, ring, tokens, producer, clock, meters);
    this.routes =
        new CredentialRoutes(
            store,
            new PgSigningKeyStore(pool, keys, ring),
            tokens,
            offers,
            new Published(outbox),
            clock);
  }

  /// Makes tokens for devices.
  public DeviceTokens tokens() {
    return tokens;
  }

  /// Makes tokens for people.
  public PersonTokens personTokens() {
    return personTokens;
  }

  /// The operations.
  public CredentialRoutes routes() {
    return routes;
  }

  /// Begins to look after keys and tokens.
  public void start() {
    keeper.start();
    offers.start();
  }

  /// Stops.
  public Future<Void> close() {
    return keeper.close().compose(nothing -> offers.close());
  }
}
