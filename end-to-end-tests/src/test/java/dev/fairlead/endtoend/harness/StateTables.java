package dev.fairlead.endtoend.harness;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The tables of a registry that hold what its devices said, to be compared between two databases.
///
/// Left out is what a clock or chance has made: the ids of alerts; alerts of rules, which a sweep
/// raises; whether the feed was told yet that a device flaps no more; desired documents, which
/// people write; the feed itself, which tells of a batch as one change.
public final class StateTables {

  private static final Map<String, String> QUERIES =
      Map.of(
          "presence",
          """
          select tenant, device_id, online, alerts_open, health, session, epoch_generation,
            epoch_offset, newest_generation, newest_offset, gateway, address, wire, remote_address,
            since, last_seen_at, reason, sessions, flapping_since, flapping_until
          from registry.presence order by tenant, device_id
          """,
          "reported",
          "select * from registry.reported order by tenant, device_id",
          "telemetry_latest",
          "select * from registry.telemetry_latest order by tenant, device_id",
          "alert",
          """
          select tenant, device_id, source, code, severity, text, suggestion, raised_at,
            last_raised_at, occurrences, closed_at, closed_reason
          from registry.alert where source = 'device'
          order by tenant, device_id, code, raised_at, closed_at
          """);

  private final Database server;

  /// @param server any database of it
  public StateTables(Database server) {
    this.server = server;
  }

  /// The rows of each table, in order.
  public static Map<String, List<String>> read(Database database) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    QUERIES.forEach((table, sql) -> tables.put(table, rows(database, sql)));
    return tables;
  }

  /// How far each consumer of what devices say has come, by topic and partition.
  public static List<String> offsets(Database database) {
    return rows(
        database,
        """
        select topic, partition, next from registry.consumer_offset
        where consumer in ('registry-sessions', 'registry-events', 'registry-telemetry')
        order by topic, partition
        """);
  }

  /// What is still to be said on the bus.
  public static List<String> outbox(Database database) {
    return rows(database, "select id from registry.outbox order by id");
  }

  /// Makes a copy of a database that nobody is connected to; fails while somebody is.
  public void copy(String from, String to) {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + to + " template " + from + " strategy file_copy");
    } catch (SQLException e) {
      throw new IllegalStateException("not copied: " + from, e);
    }
  }

  private static List<String> rows(Database database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        List<String> cells = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          cells.add(found.getMetaData().getColumnName(i) + "=" + found.getString(i));
        }
        rows.add(String.join(" ", cells));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException("not read", e);
    }
  }

  private static Connection connect(Database database) throws SQLException {
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }
}
