package dev.fairlead.runtime.database;

import static java.util.Objects.requireNonNull;

import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How to reach PostgreSQL.
///
/// @param host the server
/// @param port its port
/// @param database the database
/// @param user the role to sign in as
/// @param password its password
/// @param poolSize connections of one pool
/// @param migrateOnStart whether the service migrates its schema when it starts
public record DatabaseSettings(
    String host,
    int port,
    String database,
    String user,
    Secret password,
    int poolSize,
    boolean migrateOnStart) {
  private static final String DEFAULT_URL = "postgresql://localhost:5432/fairlead";
  private static final Pattern URL =
      Pattern.compile(
          "(?:jdbc:)?postgres(?:ql)?://"
              + "([A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+])(?::(\\d{1,5}))?/([A-Za-z0-9_-]{1,63})");
  private static final int PORT_DEFAULT = 5432;
  private static final int PORT_MAX = 65_535;

  public DatabaseSettings {
    requireNonNull(host);
    requireNonNull(database);
    requireNonNull(user);
    requireNonNull(password);
    if (poolSize < 1) {
      throw new IllegalArgumentException("a pool needs a connection");
    }
  }

  /// Reads `DATABASE_URL` (`postgresql://host:port/database`, also with `jdbc:` before it),
  /// `DATABASE_USER`, `DATABASE_PASSWORD`, `DATABASE_POOL_SIZE` and `MIGRATE_ON_START`.
  public static DatabaseSettings from(Settings settings) {
    String url =
        settings.text(
            "DATABASE_URL", DEFAULT_URL, "The database, as postgresql://host:port/database.");
    String user =
        settings.text("DATABASE_USER", "fairlead", "The role to sign in to the database as.");
    Secret password = settings.secret("DATABASE_PASSWORD", "The password of that role.");
    int poolSize =
        settings.integer(
            "DATABASE_POOL_SIZE",
            8,
            1,
            256,
            "Connections to the database, per process and service.");
    boolean migrate =
        settings.flag(
            "MIGRATE_ON_START", true, "Whether a service migrates its schema when it starts.");
    Optional<Address> address = Address.of(url);
    if (address.isEmpty()) {
      settings.problem(
          Settings.PREFIX
              + "DATABASE_URL must be postgresql://host:port/database, without user or parameters");
    }
    Address known = address.orElse(new Address("localhost", PORT_DEFAULT, "fairlead"));
    return new DatabaseSettings(
        known.host(), known.port(), known.database(), user, password, poolSize, migrate);
  }

  /// The same with another number of connections.
  public DatabaseSettings withPoolSize(int connections) {
    return new DatabaseSettings(host, port, database, user, password, connections, migrateOnStart);
  }

  /// The same address as JDBC wants it.
  String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  private record Address(String host, int port, String database) {
    static Optional<Address> of(String url) {
      Matcher matcher = URL.matcher(url);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      int port = matcher.group(2) == null ? PORT_DEFAULT : Integer.parseInt(matcher.group(2));
      return port < 1 || port > PORT_MAX
          ? Optional.empty()
          : Optional.of(new Address(matcher.group(1), port, matcher.group(3)));
    }
  }
}
