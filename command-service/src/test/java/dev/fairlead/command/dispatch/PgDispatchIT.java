package dev.fairlead.command.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.PgSessions;
import dev.fairlead.command.session.ReturnPace;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgDispatchIT {

  private static final String PING = "{\"kind\":\"ping\"}";

  /// So long a lease that nothing comes back by itself.
  private static final CommandSettings SETTINGS =
      CommandFixture.settings(Map.of("EXPIRY_GRACE", "5s"));

  private static final ReturnPace PACE = new ReturnPace(1000, System::nanoTime);

  private final Vertx vertx = Vertx.vertx();
  private CommandFixture fixture;
  private Pool pool;

  @BeforeEach
  void start() {
    fixture = new CommandFixture(SETTINGS);
    pool = PgPools.create(vertx, fixture.database(), "test", "command");
    fixture.startService();
  }

  @AfterEach
  void stop() {
    pool.close().await();
    fixture.close();
    vertx.close().await();
  }

  @Test
  void sendsAtOnceWhatWasGivenBack() {
    // Given
    PgDispatch dispatch = new PgDispatch(pool, new PgCommandStore(pool, PACE), SETTINGS);
    DeviceKey device = fixture.newDevice();
    fixture.gateway().open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    String id = fixture.send(device, "", PING).id();
    await().until(() -> fixture.gateway().deliveriesTo(device).size() == 1);

    // When
    dispatch.giveBack(List.of(CommandId.parse(id).orElseThrow())).await();

    // Then
    await().until(() -> fixture.gateway().deliveriesTo(device).size() == 2);
    assertThat(fixture.gateway().deliveriesTo(device))
        .extracting(Deliver::attempt)
        .containsExactly(1, 2);
  }

  @Test
  void forgetsSessionsWhenTheirLogBeganAnewUntilTheyAreAnnouncedAgain() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = fixture.gateway().open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    PgSessions sessions = new PgSessions(PACE, () -> {});

    // When
    pool.withTransaction(transaction -> sessions.restarted(transaction, "another")).await();

    // Then
    String id = fixture.send(device, "", PING).id();
    assertThat(fixture.command(id).state()).isEqualTo("queued");
    fixture.gateway().resume(session);
    await().until(() -> fixture.gateway().deliveriesTo(device).size() == 1);
    assertThat(fixture.command(id).state()).isEqualTo("sent");
  }
}
