package dev.fairlead.runtime.database;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Makes pools of connections to PostgreSQL.
public final class PgPools {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /// How long a caller waits for a connection: what is late by then is better answered 503.
  private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(5);

  /// No statement of a service takes so long; one that does has lost its caller.
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

  /// A transaction that nobody goes on with would keep rows locked and the change feed from
  /// advancing.
  private static final Duration IDLE_TRANSACTION_TIMEOUT = Duration.ofSeconds(30);

  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration LIFETIME_MAX = Duration.ofMinutes(30);
  private static final int WAITERS_PER_CONNECTION = 64;
  private static final int PIPELINED_MAX = 16;

  /// How a statement begins that is not kept prepared: one of so many texts that keeping them would
  /// cost more than it saves. It is planned anew each time, with the values that it has.
  public static final String UNCACHED = "/* uncached */ ";

  private static final Map<String, String> BY_INDEX =
      Map.of("plan_cache_mode", "force_generic_plan", "enable_seqscan", "off", "jit", "off");

  private PgPools() {}

  /// How the statements of a pool are planned.
  public enum Planning {
    /// By what the statistics say of the values that a statement is given: for questions of which
    /// nobody knows how many rows they read.
    BY_STATISTICS,

    /// Once a connection, for all values, by an index wherever there is one: for statements that
    /// each read a few rows by a key. Their tables may be empty when they are planned, and full
    /// when they run.
    BY_INDEX
  }

  /// A pool that connects when it is first used, so that it can be made while the database is away.
  ///
  /// Each connection is made with the password that its file holds then. Its sessions find tables
  /// in `schema` and in no other. At most 64 callers a connection wait for
  /// one; those beyond fail at once, and those who waited 5 s fail too. Statements end after 30 s.
  ///
  /// @param applicationName what the database shows as the origin of the sessions, and metrics as
  ///     the pool
  public static Pool create(
      Vertx vertx, DatabaseSettings settings, String applicationName, String schema) {
    return create(vertx, settings, applicationName, schema, Planning.BY_STATISTICS);
  }

  /// The same, with statements that are planned otherwise.
  public static Pool create(
      Vertx vertx,
      DatabaseSettings settings,
      String applicationName,
      String schema,
      Planning planning) {
    return create(vertx, settings, applicationName, schema, planning, ACQUIRE_TIMEOUT);
  }

  static Pool create(
      Vertx vertx,
      DatabaseSettings settings,
      String applicationName,
      String schema,
      Planning planning,
      Duration acquireTimeout) {
    SchemaName.check(schema); // Now, and not when the first connection is made.
    Pool pool =
        PgBuilder.pool()
            .with(poolOptions(settings, applicationName))
            .with(
                new NetClientOptions()
                    .setConnectTimeout(Math.toIntExact(CONNECT_TIMEOUT.toMillis())))
            .connectingTo(
                () ->
                    vertx.executeBlocking(
                        () -> connectOptions(settings, applicationName, schema, planning), false))
            .using(vertx)
            .build();
    return new PgBoundedWaitPool(pool, acquireTimeout);
  }

  /// How to make one connection. Reads the file of the password anew, so that another one counts
  /// from the next connection on.
  static PgConnectOptions connectOptions(
      DatabaseSettings settings, String applicationName, String schema, Planning planning) {
    Map<String, String> properties = new HashMap<>(PgConnectOptions.DEFAULT_PROPERTIES);
    properties.put("application_name", applicationName);
    properties.put("search_path", SchemaName.check(schema));
    properties.put("statement_timeout", Long.toString(STATEMENT_TIMEOUT.toMillis()));
    properties.put(
        "idle_in_transaction_session_timeout", Long.toString(IDLE_TRANSACTION_TIMEOUT.toMillis()));
    // A worker takes longer to start than a page to find, and would be a second connection of one
    // tenant.
    properties.put("max_parallel_workers_per_gather", "0");
    if (planning == Planning.BY_INDEX) {
      properties.putAll(BY_INDEX);
    }
    PgConnectOptions options = new PgConnectOptions();
    options.setHost(settings.host());
    options.setPort(settings.port());
    options.setDatabase(settings.database());
    options.setUser(settings.user());
    options.setPassword(settings.password().latest().reveal());
    options.setPipeliningLimit(PIPELINED_MAX);
    options.setCachePreparedStatements(true);
    options.setPreparedStatementCacheSqlFilter(
        sql ->
            PgConnectOptions.DEFAULT_PREPARED_STATEMENT_CACHE_FILTER.test(sql)
                && !sql.startsWith(UNCACHED));
    options.setProperties(properties);
    return options;
  }

  static PoolOptions poolOptions(DatabaseSettings settings, String name) {
    return new PoolOptions()
        .setName("postgres-" + name)
        .setMaxSize(settings.poolSize())
        .setMaxWaitQueueSize(settings.poolSize() * WAITERS_PER_CONNECTION)
        .setConnectionTimeout(0) // PgBoundedWaitPool has the bound.
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setIdleTimeout(Math.toIntExact(IDLE_TIMEOUT.toSeconds()))
        .setMaxLifetimeUnit(TimeUnit.SECONDS)
        .setMaxLifetime(Math.toIntExact(LIFETIME_MAX.toSeconds()));
  }
}
