package dev.fairlead.endtoend.examples;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// The tables of the services, for what no request brings about in the time that an example has.
final class Tables {

  private Tables() {}

  /// Runs a statement.
  static void run(World world, String sql) {
    try (Connection connection = connect(world);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("not done: " + sql, e);
    }
  }

  /// Whether a query finds something.
  static boolean has(World world, String sql) {
    try (Connection connection = connect(world);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next();
    } catch (SQLException e) {
      throw new IllegalStateException("not asked: " + sql, e);
    }
  }

  /// Lets whoever reads a table wait, to the end of the world or for eight seconds, which is longer
  /// than any query may take: a world that is kept until the database is away must not hold up
  /// those that are made meanwhile.
  static void lock(World world, String table) {
    try {
      Connection connection = connect(world);
      world.atTheEnd(() -> close(connection));
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("set idle_in_transaction_session_timeout = '8s'");
        statement.execute("lock table " + table + " in access exclusive mode");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("not locked: " + table, e);
    }
  }

  private static Connection connect(World world) throws SQLException {
    Database database = world.cluster().postgres().database("fairlead");
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("the lock stays", e);
    }
  }
}
