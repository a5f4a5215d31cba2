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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The tables that the bus fills, to be compared between two databases.
///
/// Of the registry it is what devices said, and what rules made of it. Left out is what a clock or
/// chance has made: the ids of alerts that devices raise; whether the feed was told yet that a
/// device flaps no more; desired documents, which people write; the feed itself, which tells of a
/// batch as one change. Of a rule's state it is when it ended: where the clock had begun it, that
/// is known only if a sweep came by before the end. So it is with the alerts of rules: a sweep
/// opens and closes them by what it finds, and what was over before it came it has not seen.
/// Compared is therefore which of them are open, and not since when.
///
/// Of the command service it is what it knows of devices, types and sessions, and what devices
/// answered. Left out are when a device is looked at (`due_at`), leases, attempts, where commands
/// were sent, histories and steps, which its clock and its sending make; batches and keys of
/// requests, which people make. They make commands too: [#answers] tells what became of those that
/// are in the copy.
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
          """,
          "rule_state",
          """
          select tenant, rule_id, device_id, revision, leaving, firing, raised,
            case when firing then changed_at end as firing_since, since, due_at, due_firing, value,
            epoch_generation, epoch_offset
          from registry.rule_state order by tenant, rule_id, device_id
          """,
          "alert of rules",
          """
          select tenant, device_id, source, code, severity, suggestion, occurrences
          from registry.alert where source <> 'device' and closed_at is null
          order by tenant, device_id, source
          """,
          "device",
          "select tenant, device_id, groups, type from command.device order by tenant, device_id",
          "device_type",
          "select * from command.device_type order by tenant, type",
          "device_queue",
          """
          select tenant, device_id, parent, session_id, address, generation, epoch_offset
          from command.device_queue order by tenant, device_id
          """,
          "tenant_queue",
          "select tenant, sum(unfinished) from command.tenant_queue group by tenant order by tenant");

  private static final String OFFSETS =
      """
      select consumer, topic, partition, next from registry.consumer_offset
      where consumer in
        ('registry-sessions', 'registry-events', 'registry-telemetry', 'registry-rules')
      union all
      select consumer, topic, partition, next from command.consumer_offset
      order by consumer, topic, partition
      """;

  private StateTables() {}

  /// The rows of each table, in order.
  public static Map<String, List<String>> read(Database database) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    QUERIES.forEach((table, sql) -> tables.put(table, rows(database, sql)));
    return tables;
  }

  /// The commands that have ended, and what their devices answered.
  public static List<String> answers(Database database) {
    return rows(
        database,
        """
        select id, sequence, tenant, device_id, kind, state, result_status, result_reason,
          result_content_type, result_body
        from command.command where final_at is not null order by id
        """);
  }

  /// The commands that have not ended.
  public static List<String> unfinished(Database database) {
    return rows(database, "select id, state from command.command where final_at is null");
  }

  /// How far each consumer of what devices say and of what is said of devices has come, by topic
  /// and partition.
  public static List<String> offsets(Database database) {
    return rows(database, OFFSETS);
  }

  /// Which of these consumers have come less far in one database than in another.
  public static Set<String> behind(Database one, Database other) {
    List<String> there = offsets(other);
    return consumers(offsets(one).stream().filter(row -> !there.contains(row)));
  }

  /// The names of these consumers.
  public static Set<String> consumers(Database database) {
    return consumers(offsets(database).stream());
  }

  private static Set<String> consumers(Stream<String> offsets) {
    return offsets
        .map(row -> row.substring(row.indexOf('=') + 1, row.indexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Takes a consumer back in each partition, but not before the first record.
  public static void takeBack(Database database, String schema, String consumer, int records) {
    execute(
        database,
        "update %s.consumer_offset set next = greatest(0, next - %d) where consumer = '%s'"
            .formatted(schema, records, consumer));
  }

  /// What is still to be said on the bus.
  public static List<String> outbox(Database database) {
    return rows(
        database,
        """
        select 'registry', id from registry.outbox union all select 'command', id from command.outbox
        """);
  }

  /// Where time or a sweep is still to decide about a rule.
  public static List<String> unsettledRules(Database database) {
    return rows(
        database,
        """
        select rule_id, device_id from registry.rule_state
        where firing <> raised or leaving or (due_at is not null and due_firing)
        """);
  }

  /// How many devices are in the scope of each rule, and how many alerts each has raised so far.
  public static List<String> rules(Database database) {
    return rows(
        database,
        """
        select rule.code,
          (select count(*) from registry.rule_state where rule_id = rule.id) as devices,
          (select count(*) from registry.alert where source = 'rule:' || rule.id) as alerts
        from registry.rule order by code
        """);
  }

  /// Makes a copy of a database that nobody is connected to; fails while somebody is.
  public static void copy(Database server, String from, String to) {
    execute(server, "create database " + to + " template " + from + " strategy file_copy");
  }

  private static void execute(Database database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("not done: " + sql, e);
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
