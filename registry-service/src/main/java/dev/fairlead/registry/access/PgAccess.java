package dev.fairlead.registry.access;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.apikey.PgApiKeys;
import dev.fairlead.registry.certificate.PgCertificateAccess;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.credential.PgSigningKeys;
import dev.fairlead.registry.presence.PgBusGeneration;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Brings `fairlead.access` to what the database says. The database is the truth; the topic may be
/// new and empty.
public final class PgAccess {

  /// Revocations of one read, and of one sweep.
  private static final int PAGE = 1000;

  private final Pool pool;
  private final PgOutbox outbox;
  private final PgSigningKeys signingKeys;
  private final Optional<Secret> adminKey;
  private final InstantSource clock;

  /// @param adminKey the key of the operator of the installation; without one, that of an earlier
  ///     start stays as it is
  public PgAccess(
      Pool pool,
      PgOutbox outbox,
      PgSigningKeys signingKeys,
      Optional<Secret> adminKey,
      InstantSource clock) {
    this.pool = pool;
    this.outbox = outbox;
    this.signingKeys = signingKeys;
    this.adminKey = adminKey;
    this.clock = clock;
  }

  /// What a start found or made.
  ///
  /// @param keys the signing keys
  /// @param generation of the bus
  public record Published(PgSigningKeys.Loaded keys, long generation) {}

  /// Makes the first signing key where there is none, and publishes the keys, the generation, and
  /// those revocations, authorities and blocks that the topic does not hold.
  ///
  /// @param view what the topic held a moment ago
  /// @return completes when the records are in the outbox
  public Future<Published> publish(AccessView view) {
    return pool.withTransaction(transaction -> publish(transaction, view))
        .map(Objects::requireNonNull)
        .onSuccess(published -> outbox.poke());
  }

  private Future<Published> publish(SqlConnection transaction, AccessView view) {
    // Two processes that start at once would make a first key each.
    return PgSigningKeys.lock(transaction)
        .compose(locked -> replaceAdminKey(transaction))
        .compose(nothing -> PgApiKeys.all(transaction))
        .compose(
            keys ->
                append(transaction, keys)
                    .compose(nothing -> withdraw(transaction, view.apiKeys(), keys)))
        .compose(nothing -> PgTenants.suspensions(transaction))
        .compose(suspensions -> append(transaction, suspensions))
        .compose(nothing -> publishRevocations(transaction, view, Optional.empty()))
        .compose(nothing -> PgCertificateAccess.publishMissing(transaction, view, clock.instant()))
        .compose(nothing -> signingKeys.loadOrMake(transaction, clock.instant()))
        .compose(
            keys ->
                append(transaction, keys.messages())
                    .compose(nothing -> withdraw(transaction, view.signingKeys(), keys.messages()))
                    .map(keys))
        .compose(
            keys ->
                PgBusGeneration.current(transaction)
                    .compose(
                        number ->
                            append(transaction, List.of(new AccessMessage.Generation(number)))
                                .map(new Published(keys, number))));
  }

  /// Takes back what the topic holds and the database does not know, as after a restored backup:
  /// nobody could take it back by hand.
  private static Future<Void> withdraw(
      SqlConnection transaction,
      Collection<? extends AccessMessage> held,
      List<AccessMessage> known) {
    Set<String> keys =
        known.stream().map(AccessMessage::key).collect(Collectors.toUnmodifiableSet());
    return append(
        transaction,
        held.stream()
            .map(AccessMessage::key)
            .filter(key -> !keys.contains(key))
            .<AccessMessage>map(AccessMessage.Withdrawn::new)
            .toList());
  }

  private Future<Void> replaceAdminKey(SqlConnection transaction) {
    return adminKey
        .map(
            key ->
                PgApiKeys.replaceAdmin(transaction, key, clock.instant())
                    .compose(withdrawn -> append(transaction, withdrawn.stream().toList())))
        .orElse(Future.succeededFuture());
  }

  private Future<Void> publishRevocations(
      SqlConnection transaction, AccessView view, Optional<DeviceKey> after) {
    return PgCredentials.revocations(transaction, after, clock.instant(), PAGE)
        .compose(
            page -> {
              List<AccessMessage> missing = new ArrayList<>();
              page.stream()
                  .filter(known -> view.lowestGeneration(known.device()) < known.lowestGeneration())
                  .forEach(missing::add);
              return append(transaction, missing)
                  .compose(
                      nothing ->
                          page.size() < PAGE
                              ? Future.succeededFuture()
                              : publishRevocations(
                                  transaction, view, Optional.of(page.getLast().device())));
            });
  }

  /// Takes back revocations and blocks that hold nobody back any more, a bounded number of them.
  ///
  /// @return whether there may be more
  public Future<Boolean> withdrawExpired() {
    return pool.withTransaction(
            transaction ->
                PgCredentials.forgetExpired(transaction, clock.instant(), PAGE)
                    .compose(
                        expired ->
                            append(
                                    transaction,
                                    expired.stream()
                                        .<AccessMessage>map(
                                            revocation ->
                                                new AccessMessage.Withdrawn(revocation.key()))
                                        .toList())
                                .map(expired.size() == PAGE))
                    .compose(
                        more ->
                            PgCertificateAccess.withdrawExpired(transaction, clock.instant())
                                .map(evenMore -> more || evenMore)))
        .map(Objects::requireNonNull)
        .onSuccess(more -> outbox.poke());
  }

  private static Future<Void> append(SqlConnection transaction, List<AccessMessage> messages) {
    List<Future<?>> appended = new ArrayList<>(messages.size());
    messages.forEach(message -> appended.add(PgOutbox.append(transaction, message.toRecord())));
    return Future.all(appended).mapEmpty();
  }
}
