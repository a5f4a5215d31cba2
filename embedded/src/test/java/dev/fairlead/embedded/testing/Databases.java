package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// Makes databases beside an existing one.
final class Databases {
  private Databases() {}

  static Database create(Database existing, String name) {
    try (Connection connection =
            DriverManager.getConnection(existing.jdbcUrl(), existing.user(), existing.password());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot make database " + name, e);
    }
    return at(existing.host(), existing.port(), name, existing.user(), existing.password());
  }

  static Database at(String host, int port, String name, String user, String password) {
    String jdbcUrl = "jdbc:postgresql://" + host + ":" + port + "/" + name;
    return new Database(host, port, name, user, password, jdbcUrl);
  }
}
