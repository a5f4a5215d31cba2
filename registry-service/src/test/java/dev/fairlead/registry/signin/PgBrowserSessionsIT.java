package dev.fairlead.registry.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.http.BrowserSession;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgBrowserSessionsIT {

  private static final SessionRules RULES =
      new SessionRules(Duration.ofMinutes(10), Duration.ofMinutes(30), 3);

  private final Vertx vertx = Vertx.vertx();
  private Instant now = Instant.parse("2026-11-21T08:00:00Z");
  private Pool pool;
  private PgBrowserSessions sessions;

  @BeforeEach
  void migrate() {
    TestBackends.Database database = TestBackends.freshDatabase();
    DatabaseSettings settings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            2,
            true);
    Migrations.run(settings, "registry");
    pool = PgPools.create(vertx, settings, "test", "registry");
    sessions = new PgBrowserSessions(pool, new AccessView(() -> now), RULES, () -> now);
    run(
        """
        insert into person (id, tenant, email, role, source, created_at, created_by)
        values ('person-1', 'default', 'a@b', 'OPERATOR', 'invited', now(), '')
        """);
  }

  @AfterEach
  void close() {
    pool.close().await();
    vertx.close().await();
  }

  private void run(String sql) {
    pool.query(sql).execute().await();
  }

  private long count(String where) {
    return pool.query("select count(*) from browser_session where " + where)
        .execute()
        .await()
        .iterator()
        .next()
        .getLong(0);
  }

  private Secret open() {
    return sessions.open("person-1", Optional.empty(), act()).await().id();
  }

  private Act act() {
    return new Act(
        () -> now, "registry", new Act.Actor("default", "", "", "192.0.2.1"), "signIn", "/");
  }

  private boolean isGood(Secret id) {
    return sessions.find(id).await().isPresent();
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void findsWhoHasSignedIn() {
    // When
    BrowserSession session = sessions.open("person-1", Optional.empty(), act()).await();

    // Then
    assertThat(session.principal()).isEqualTo(new Principal("person-1", "default", Role.OPERATOR));
    assertThat(session.expiresAt()).isEqualTo(now.plus(RULES.lifetime()));
    assertThat(sessions.find(session.id()).await()).contains(session);
    assertThat(isGood(Secret.of("another"))).isFalse();
  }

  @Test
  void endsASessionThatWasSilentForTooLong() {
    // Given
    Secret id = open();

    // When
    pass(RULES.idle().minusMillis(1));

    // Then
    assertThat(isGood(id)).isTrue();
    Awaitility.await().until(() -> count("used_at > created_at") == 1);

    // When
    pass(RULES.idle().minusMillis(1));

    // Then
    assertThat(isGood(id)).isTrue();
    Awaitility.await().until(() -> count("used_at >= '2026-11-21T08:19:00Z'") == 1);

    // When
    pass(RULES.idle());

    // Then
    assertThat(isGood(id)).isFalse();
  }

  @Test
  void endsASessionHoweverBusyItIs() {
    // Given
    Secret id = open();
    Instant end = now.plus(RULES.lifetime());

    // When
    while (now.isBefore(end.minusMillis(1))) {
      assertThat(isGood(id)).isTrue();
      run("update browser_session set used_at = '" + now + "'");
      pass(
          Duration.between(now, end.minusMillis(1)).compareTo(Duration.ofMinutes(9)) < 0
              ? Duration.between(now, end.minusMillis(1))
              : Duration.ofMinutes(9));
    }

    // Then
    assertThat(isGood(id)).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(isGood(id)).isFalse();
  }

  @Test
  void endsTheOldestForOneMoreThanThereMayBe() {
    // Given
    List<Secret> ids = new ArrayList<>();
    for (int i = 0; i < RULES.each(); i++) {
      ids.add(open());
      pass(Duration.ofSeconds(1));
    }
    assertThat(ids).allMatch(this::isGood);

    // When
    Secret more = open();

    // Then
    assertThat(isGood(more)).isTrue();
    assertThat(ids.stream().map(this::isGood)).containsExactly(false, true, true);
  }

  @Test
  void countsARoleThatHasChangedAtOnce() {
    // Given
    Secret id = open();

    // When
    run("update person set role = 'VIEWER'");

    // Then
    assertThat(sessions.find(id).await().orElseThrow().principal().role()).isEqualTo(Role.VIEWER);
  }

  @Test
  void refusesThePeopleOfASuspendedTenant() {
    // Given
    Secret id = open();

    // When
    run("update tenant set suspended = true");

    // Then
    assertThat(isGood(id)).isFalse();
  }

  @Test
  void forgetsSessionsThatAreOver() {
    // Given
    run(
        """
        insert into person (id, tenant, email, role, source, created_at, created_by)
        values ('person-2', 'default', 'c@d', 'VIEWER', 'invited', now(), '')
        """);
    open();
    pass(RULES.idle());
    Secret young = sessions.open("person-2", Optional.empty(), act()).await().id();
    assertThat(count("true")).isEqualTo(2);

    // When
    boolean more = sessions.forgetOver().await();

    // Then
    assertThat(more).isFalse();
    assertThat(count("true")).isOne();
    assertThat(isGood(young)).isTrue();
  }
}
