package dev.fairlead.benchmarks;

import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.embedded.testing.OwnPostgres;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What the row budget makes of telemetry: devices that each measure so often, one registry, and a
/// PostgreSQL that keeps what it commits. Three values a record; the view's age is how far the row
/// of a device is behind the last record that the bus was given of it, when the load ends.
final class RowBudget {

  private static final int ROWS_PER_SECOND = 2_000;
  private static final int MASTER_KEY_BYTES = 32;
  private static final int WARM_UP_SECONDS = 10;
  private static final int[] DEVICES = {10_000, 100_000};
  private static final int[] SECONDS_BETWEEN = {60, 10, 1};
  private static final int LENGTH_SECONDS_FEW = 30;
  private static final int LENGTH_SECONDS_MANY = 60;

  private RowBudget() {}

  static Table run(Path directory) throws IOException, InterruptedException {
    Table table =
        new Table(
            "row-budget",
            "devices",
            "each every s",
            "records/s sent",
            "records/s absorbed",
            "rows/s written",
            "records a row",
            "age p50 s",
            "age p99 s");
    try (OwnKafka kafka = OwnKafka.startForLong();
        OwnPostgres postgres = OwnPostgres.start()) {
      Database database = postgres.database("fairlead");
      try (ServiceJar registry =
              ServiceJar.start(
                  "registry-service",
                  "registry",
                  Tuning.PRODUCTION,
                  settings(kafka, database, directory),
                  directory);
          Connection connection =
              DriverManager.getConnection(
                  database.jdbcUrl(), database.user(), database.password())) {
        registry.awaitReady();
        run(connection, "set search_path = registry");
        for (int devices : DEVICES) {
          for (int between : SECONDS_BETWEEN) {
            measure(table, kafka, registry, connection, devices, between);
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    return table;
  }

  private static Map<String, String> settings(OwnKafka kafka, Database database, Path directory)
      throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
    settings.put(
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + database.host() + ":" + database.port() + "/" + database.database());
    settings.put("FAIRLEAD_DATABASE_USER", database.user());
    settings.put("FAIRLEAD_DATABASE_PASSWORD_FILE", write(directory, "pw", database.password()));
    settings.put(
        "FAIRLEAD_MASTER_KEY_FILE",
        write(directory, "key", Base64.getEncoder().encodeToString(new byte[MASTER_KEY_BYTES])));
    settings.put("FAIRLEAD_TELEMETRY_ROWS_PER_SECOND", Integer.toString(ROWS_PER_SECOND));
    return settings;
  }

  private static String write(Path directory, String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private static void measure(
      Table table,
      OwnKafka kafka,
      ServiceJar registry,
      Connection connection,
      int devices,
      int secondsBetween)
      throws SQLException, InterruptedException {
    String stem = "m" + devices + "-" + secondsBetween + "-";
    make(connection, stem, devices);
    int length = devices > DEVICES[0] ? LENGTH_SECONDS_MANY : LENGTH_SECONDS_FEW;
    try (Measuring load =
        Measuring.begin(kafka.bootstrapServers(), stem, devices, devices / secondsBetween)) {
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      long begun = System.nanoTime();
      long sentBefore = load.sent();
      double absorbedBefore = absorbed(registry);
      double rowsBefore = rows(registry);
      TimeUnit.SECONDS.sleep(length);
      double seconds = (System.nanoTime() - begun) / 1e9;
      double sent = (load.sent() - sentBefore) / seconds;
      double absorbed = (absorbed(registry) - absorbedBefore) / seconds;
      double rows = (rows(registry) - rowsBefore) / seconds;
      load.end();
      double[] ages = load.agesSeconds(asOf(connection, stem, devices));
      table.row(
          Integer.toString(devices),
          Integer.toString(secondsBetween),
          whole(sent),
          whole(absorbed),
          whole(rows),
          Figures.decimal(absorbed / Math.max(1, rows)),
          tenths(ages[ages.length / 2]),
          tenths(ages[ages.length * 99 / 100]));
    }
    run(connection, "delete from device where id like '" + stem + "%'");
  }

  private static String whole(double number) {
    return Long.toString(Math.round(number));
  }

  private static String tenths(double number) {
    return Figures.decimal(number);
  }

  private static double absorbed(ServiceJar registry) {
    return Meters.sum(registry, "bus_consumed_total", "group=\"registry-telemetry\"");
  }

  private static double rows(ServiceJar registry) {
    return Meters.sum(registry, "registry_telemetry_rows_total", "");
  }

  private static void make(Connection connection, String stem, int devices) throws SQLException {
    run(
        connection,
        """
        insert into device (tenant, id, tags, created_at, updated_at)
        select 'default', '%s' || n, '{}', now(), now() from generate_series(0, %d) as n
        """
            .formatted(stem, devices - 1));
    for (String rows : new String[] {"presence", "reported", "telemetry_latest"}) {
      run(
          connection,
          "insert into %s (tenant, device_id) select tenant, id from device where id like '%s%%'"
              .formatted(rows, stem));
    }
    run(connection, "analyze telemetry_latest");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /// The `asOf` of each device, by its number; zero where nothing was written yet.
  private static long[] asOf(Connection connection, String stem, int devices) throws SQLException {
    long[] millis = new long[devices];
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select substr(device_id, %d)::integer as number,
                  (extract(epoch from as_of) * 1000)::bigint as millis
                from telemetry_latest where device_id like '%s%%' and as_of is not null
                """
                    .formatted(stem.length() + 1, stem))) {
      while (rows.next()) {
        millis[rows.getInt("number")] = rows.getLong("millis");
      }
    }
    return millis;
  }
}
