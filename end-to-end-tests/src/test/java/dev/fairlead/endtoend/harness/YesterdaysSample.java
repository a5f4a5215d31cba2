package dev.fairlead.endtoend.harness;

import dev.fairlead.embedded.testing.TestBackends.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/// What a device measured yesterday at 08:00 UTC, as the history of telemetry has it: no test can
/// wait for a day to be over.
public final class YesterdaysSample {

  private static final int SLOTS = 34;

  private YesterdaysSample() {}

  /// Writes it, and that the device was there already.
  ///
  /// @param metrics a JSON document
  public static void write(Cluster cluster, String tenant, String device, String metrics) {
    LocalDate day = LocalDate.now(ZoneOffset.UTC).minusDays(1);
    OffsetDateTime at = day.atTime(8, 0).atOffset(ZoneOffset.UTC);
    Database database = cluster.postgres().database("fairlead");
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        PreparedStatement made =
            connection.prepareStatement(
                "update registry.device set created_at = ? where tenant = ? and id = ?");
        PreparedStatement measured =
            connection.prepareStatement(
                """
                insert into registry.telemetry_history (slot, tenant, device_id, at, metrics)
                values (?, ?, ?, ?, ?::jsonb)
                """)) {
      made.setObject(1, at);
      made.setString(2, tenant);
      made.setString(3, device);
      made.executeUpdate();
      measured.setInt(1, Math.floorMod(day.toEpochDay(), SLOTS));
      measured.setString(2, tenant);
      measured.setString(3, device);
      measured.setObject(4, at);
      measured.setString(5, metrics);
      measured.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("no sample of yesterday", e);
    }
  }
}
