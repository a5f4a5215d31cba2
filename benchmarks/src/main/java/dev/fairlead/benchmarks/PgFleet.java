package dev.fairlead.benchmarks;

import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A registry's devices in its database, made without its API, and what it says of them.
final class PgFleet implements AutoCloseable {

  private final Pool pool;

  PgFleet(Vertx vertx, DatabaseSettings database) {
    this.pool = PgPools.create(vertx, database, "benchmark", "registry");
  }

  /// Makes devices `d0`, `d1` and so on, each with the token that it will connect with known.
  void create(int count, String keyId, long expiresAtSeconds) {
    for (String table : new String[] {"device", "presence", "reported", "telemetry_latest"}) {
      run(
          table.equals("device")
              ? "insert into device (tenant, id, created_at, updated_at)"
                  + " select 'default', 'd' || n, now(), now() from generate_series(0, $1 - 1) n"
              : "insert into "
                  + table
                  + " (tenant, device_id) select 'default', 'd' || n from generate_series(0, $1 - 1) n",
          Tuple.of(count));
    }
    run(
        "insert into credential"
            + " (tenant, device_id, generation, expires_at, key_id, token_expires_at)"
            + " select 'default', 'd' || n, 1, to_timestamp($3), $2, to_timestamp($3)"
            + " from generate_series(0, $1 - 1) n",
        Tuple.of(count, keyId, (double) expiresAtSeconds));
    pool.query("vacuum analyze").execute().await();
  }

  private void run(String sql, Tuple parameters) {
    pool.preparedQuery(PgPools.UNCACHED + sql).execute(parameters).await();
  }

  /// How many records of `fairlead.sessions` are in the tables.
  long absorbed() {
    return number(
        "select coalesce(sum(next), 0)::bigint as number from consumer_offset"
            + " where consumer = 'registry-sessions'");
  }

  /// How many devices are shown online at a gateway.
  long onlineAt(String gateway) {
    return number(
        "select count(*) as number from presence where online and gateway = '" + gateway + "'");
  }

  private long number(String sql) {
    return pool.query(sql).execute().await().iterator().next().getLong("number");
  }

  /// The live session of each device, as presence shows it.
  Map<String, Optional<String>> liveSessions() {
    Map<String, Optional<String>> shown = new HashMap<>();
    for (Row row :
        pool.query("select device_id, online, session from presence").execute().await()) {
      shown.put(
          row.getString("device_id"),
          row.getBoolean("online") ? Optional.of(row.getString("session")) : Optional.empty());
    }
    return shown;
  }

  @Override
  public void close() {
    pool.close().await();
  }
}
