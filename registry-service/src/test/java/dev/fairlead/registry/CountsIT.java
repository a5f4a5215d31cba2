package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Twenty thousand devices of a tenant: every second a pump, every tenth red, every fifth grey.
class CountsIT {

  private static final int DEVICES = 20_000;

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry.createTenant("counted");
    registry.requestIn(
        "counted", HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "first"));
    Pool pool = PgPools.create(registry.vertx(), registry.config().database(), "test", "registry");
    for (String sql :
        new String[] {
          """
          insert into device
            (tenant, id, type, tags, created_at, updated_at, latitude, longitude)
          select 'counted', 'd' || n, case n %% 2 when 0 then 'pump' else 'valve' end, '{}', now(),
            now(), n %% 10, 10
          from generate_series(1, %d) as n
          """
              .formatted(DEVICES),
          // As wide as rows are that have a history; without a gateway, which would be missed.
          """
          insert into presence (tenant, device_id, online, alerts_open, remote_address, sessions)
          select 'counted', 'd' || n, n %% 5 <> 0, case n %% 10 when 1 then 1 else 0 end, '192.0.2.7',
            (select jsonb_agg(jsonb_build_object('session', md5(n || '-' || k), 'wire', 'json'))
             from generate_series(1, 10) as k)
          from generate_series(1, %d) as n
          """
              .formatted(DEVICES),
          "insert into reported (tenant, device_id) select tenant, id from device",
          "insert into telemetry_latest (tenant, device_id) select tenant, id from device",
          """
          insert into device_group_member (tenant, group_id, device_id)
          select 'counted', 'first', 'd' || n from generate_series(1, 100) as n
          """,
          "vacuum analyze presence",
          "vacuum analyze device",
          "vacuum analyze device_group_member"
        }) {
      await(pool.query(sql).execute());
    }
    await(pool.close());
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static JsonObject count(String query) {
    return json(
        registry.request(
            HttpMethod.GET,
            "/api/v1/device-counts" + query,
            Map.of("Fairlead-Tenant", "counted"),
            Buffer.buffer(),
            RegistryFixture.ADMIN_KEY));
  }

  private static String plan(String sql) {
    return String.join("\n", registry.column("explain (costs off) " + sql));
  }

  private static String filter(String text) {
    return "filter=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void countsAllByTypeByGroupAndInAnArea() {
    // When
    JsonObject all = count("");
    JsonObject byType = count("?by=type");
    JsonObject byGroup = count("?by=group");
    JsonObject area = count("?" + filter("box(-0.5, 9, 0.5, 11)"));
    JsonObject unindexed = count("?by=type&" + filter("type != pump"));

    // Then
    assertThat(all)
        .isEqualTo(
            new JsonObject(
                """
                {"total":20000,"green":14000,"red":2000,"grey":4000,
                 "items":[],"more":false,"indexed":true}"""));
    assertThat(byType.getJsonArray("items"))
        .containsExactly(
            new JsonObject(
                "{\"key\":\"pump\",\"total\":10000,\"green\":8000,\"red\":0,\"grey\":2000}"),
            new JsonObject(
                "{\"key\":\"valve\",\"total\":10000,\"green\":6000,\"red\":2000,\"grey\":2000}"));
    assertThat(byGroup.getJsonArray("items"))
        .containsExactly(
            new JsonObject(
                "{\"key\":\"first\",\"total\":100,\"green\":70,\"red\":10,\"grey\":20}"));
    assertThat(area.getInteger("total")).isEqualTo(2000);
    assertThat(area.getInteger("grey")).isEqualTo(2000);
    assertThat(area.getBoolean("indexed")).isTrue();
    assertThat(unindexed.getInteger("total")).isEqualTo(10_000);
    assertThat(unindexed.getBoolean("indexed")).isFalse();
  }

  @Test
  void readsNothingButTheIndexOverHealth() {
    // When
    String plan =
        plan(
            """
            select count(*) filter (where presence.health = 'green'),
              count(*) filter (where presence.health = 'red'),
              count(*) filter (where presence.health = 'grey')
            from presence where presence.tenant = 'counted'
            """);

    // Then
    assertThat(plan).contains("Index Only Scan using presence_health");
  }

  @Test
  void followsTheMembersOfASmallGroup() {
    // When
    String plan =
        plan(
            """
            select member.group_id, count(*) filter (where presence.health = 'green')
            from presence
            join device_group_member member
              on member.tenant = presence.tenant and member.device_id = presence.device_id
            where presence.tenant = 'counted'
            group by member.group_id
            """);

    // Then
    assertThat(plan).contains("presence_pkey").doesNotContain("Seq Scan on presence");
  }
}
