package dev.fairlead.registry.signin;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.BrowserSession;
import dev.fairlead.runtime.http.BrowserSessions;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table of browsers that have signed in. It knows a session by the SHA-256 of its id, so that
/// who reads the table can enter nowhere. What a session allows is looked up anew each time: a role
/// that has changed, a suspended tenant or a key that was taken back counts at once.
final class PgBrowserSessions implements BrowserSessions {

  private static final Logger log = LoggerFactory.getLogger(PgBrowserSessions.class);

  /// The use of a session is written down when that of before is so old, in parts of its idle time.
  private static final int USES_PER_IDLE = 10;

  private static final Duration USE_INTERVAL_MAX = Duration.ofMinutes(1);

  /// Sessions of one sweep.
  private static final int PAGE = 1000;

  private final Pool pool;
  private final AccessView access;
  private final SessionRules rules;
  private final InstantSource clock;
  private final Duration useInterval;

  /// @param pool of the registry's database
  /// @param access knows the API keys
  PgBrowserSessions(Pool pool, AccessView access, SessionRules rules, InstantSource clock) {
    this.pool = pool;
    this.access = access;
    this.rules = rules;
    this.clock = clock;
    Duration part = rules.idle().dividedBy(USES_PER_IDLE);
    this.useInterval = part.compareTo(USE_INTERVAL_MAX) < 0 ? part : USE_INTERVAL_MAX;
  }

  @Override
  public Future<Optional<BrowserSession>> find(Secret id) {
    return find(pool, id);
  }

  private Future<Optional<BrowserSession>> find(SqlClient client, Secret id) {
    return look(client, AccessView.fingerprint(id.reveal()))
        .map(
            found ->
                found.map(known -> new BrowserSession(id, known.principal(), known.expiresAt())));
  }

  /// Whose a session is; empty when it is nobody's, or no longer. To be called on the context of a
  /// request.
  ///
  /// @param sha256 of the id of the session
  Future<Optional<Principal>> principalOf(String sha256) {
    return look(pool, sha256).map(found -> found.map(Known::principal));
  }

  /// A session that is good.
  private record Known(Principal principal, Instant expiresAt) {}

  private Future<Optional<Known>> look(SqlClient client, String sha256) {
    Instant now = clock.instant();
    return client
        .preparedQuery(
            """
            select person_id, api_key_sha256, used_at, browser_session.expires_at, person.tenant,
              person.role
            from browser_session
              left join person on person.id = person_id
              left join api_key on api_key.sha256 = api_key_sha256
              join tenant on tenant.id = coalesce(person.tenant, api_key.tenant)
            where browser_session.sha256 = $1 and browser_session.expires_at > $2 and used_at > $3
              and not suspended
            """)
        .execute(
            Tuple.of(
                sha256, PgColumns.parameter(now), PgColumns.parameter(now.minus(rules.idle()))))
        .map(
            rows ->
                rows.size() == 0 ? Optional.empty() : known(sha256, rows.iterator().next(), now));
  }

  private Optional<Known> known(String sha256, Row row, Instant now) {
    Optional<Principal> who = principal(row);
    if (who.isPresent()
        && PgColumns.time(row, "used_at").orElseThrow().isBefore(now.minus(useInterval))) {
      noteUse(sha256, now);
    }
    return who.map(
        principal -> new Known(principal, PgColumns.time(row, "expires_at").orElseThrow()));
  }

  /// A key counts when its row is there and the bus has told of it, which also tells that it was
  /// used.
  private Optional<Principal> principal(Row row) {
    @Nullable String key = row.getString("api_key_sha256");
    return key != null
        ? access.apiKey(key)
        : Optional.of(
            new Principal(
                row.getString("person_id"),
                row.getString("tenant"),
                Role.valueOf(row.getString("role"))));
  }

  /// Nobody waits for it: the session is good, and the next use is written down if this is not.
  private void noteUse(String sha256, Instant now) {
    pool.preparedQuery("update browser_session set used_at = $2 where sha256 = $1 and used_at < $2")
        .execute(Tuple.of(sha256, PgColumns.parameter(now)))
        .onFailure(cause -> log.atWarn().setCause(cause).log("use of a session not written down"));
  }

  /// Opens a session for a person.
  ///
  /// @param before the session that this browser had
  /// @param act for the audit
  Future<BrowserSession> open(String person, Optional<Secret> before, Act act) {
    return open(new Owner("person_id", person), before, act);
  }

  /// Opens a session for an API key.
  ///
  /// @param sha256 the fingerprint of the key
  /// @param before the session that this browser had
  /// @param act for the audit
  Future<BrowserSession> openForKey(String sha256, Optional<Secret> before, Act act) {
    return open(new Owner("api_key_sha256", sha256), before, act);
  }

  /// Whose a session is.
  ///
  /// @param column the one of the table that names it
  private record Owner(String column, String value) {}

  private Future<BrowserSession> open(Owner owner, Optional<Secret> before, Act act) {
    Secret id = RandomText.secret();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return pool.withTransaction(
            transaction ->
                makeRoom(transaction, owner, before, now)
                    .compose(nothing -> insert(transaction, owner, id, now))
                    .compose(nothing -> find(transaction, id))
                    .map(found -> found.orElseThrow(PgBrowserSessions::overAlready))
                    .compose(session -> noteSignIn(transaction, session, act)))
        .map(Objects::requireNonNull);
  }

  /// The key was taken back, or the tenant suspended, while the session was opened.
  private static ProblemException overAlready() {
    return new ProblemException(ProblemType.UNAUTHORIZED, "What opens a session is good no more.");
  }

  private static Future<BrowserSession> noteSignIn(
      SqlConnection transaction, BrowserSession session, Act act) {
    Principal who = session.principal();
    return PgAudit.append(transaction, act.succeededAs(who.tenant(), who.id(), who.role().word()))
        .map(session);
  }

  /// Ends the session that the browser had, and the oldest of this owner. Two that come at once may
  /// both find room: the bound is no exact one.
  private Future<Void> makeRoom(
      SqlConnection transaction, Owner owner, Optional<Secret> before, Instant now) {
    return transaction
        .preparedQuery(
            """
            delete from browser_session
            where sha256 = $1
              or (%1$s = $2 and (expires_at <= $3 or used_at <= $4))
              or sha256 in (
                select sha256 from browser_session where %1$s = $2
                order by created_at desc offset $5)
            """
                .formatted(owner.column()))
        .execute(
            Tuple.of(
                before.map(id -> AccessView.fingerprint(id.reveal())).orElse(""),
                owner.value(),
                PgColumns.parameter(now),
                PgColumns.parameter(now.minus(rules.idle())),
                (long) rules.each() - 1))
        .mapEmpty();
  }

  private Future<Void> insert(SqlConnection transaction, Owner owner, Secret id, Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into browser_session (sha256, %s, created_at, used_at, expires_at)
            values ($1, $2, $3, $3, $4)
            """
                .formatted(owner.column()))
        .execute(
            Tuple.of(
                AccessView.fingerprint(id.reveal()),
                owner.value(),
                PgColumns.parameter(now),
                PgColumns.parameter(now.plus(rules.lifetime()))))
        .mapEmpty();
  }

  /// Ends a session.
  ///
  /// @param act for the audit
  Future<Void> close(Secret id, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery("delete from browser_session where sha256 = $1")
                    .execute(Tuple.of(AccessView.fingerprint(id.reveal())))
                    .compose(rows -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  /// Deletes some sessions that are over.
  ///
  /// @return whether there may be more
  Future<Boolean> forgetOver() {
    Instant now = clock.instant();
    return pool.preparedQuery(
            """
            delete from browser_session
            where sha256 in (
              select sha256 from browser_session
              where expires_at <= $1 or used_at <= $2
              limit $3
              for update skip locked)
            """)
        .execute(
            Tuple.of(PgColumns.parameter(now), PgColumns.parameter(now.minus(rules.idle())), PAGE))
        .map(rows -> rows.rowCount() == PAGE);
  }
}
