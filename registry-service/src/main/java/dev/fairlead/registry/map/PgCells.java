package dev.fairlead.registry.map;

import dev.fairlead.registry.map.ClusterDocument.Bounds;
import dev.fairlead.registry.map.ClusterDocument.Cluster;
import dev.fairlead.registry.map.ClusterDocument.Healths;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Cells in SQL, the same as those of [MapCells].
final class PgCells {

  private static final double EDGE = 1e-9;

  private PgCells() {}

  /// The column of a device's cell.
  ///
  /// @param cells what of the statement says how many there are in a row
  static String column(String cells) {
    return clamped("(device.longitude + 180) / 360", cells);
  }

  /// The row of a device's cell.
  static String row(String cells) {
    return clamped(
        "(1 - asinh(tand(least(greatest(device.latitude, -85.05112877980659), 85.05112877980659)))"
            + " / pi()) / 2",
        cells);
  }

  private static String clamped(String share, String cells) {
    return "least(greatest(floor((" + share + ") * " + cells + "), 0), " + cells + " - 1)::integer";
  }

  /// That the columns `x` and `y` are those of the cells; the values become parameters.
  static String within(MapCells cells, Tuple parameters) {
    return cells.columns().stream()
            .map(range -> between("x", range, parameters))
            .collect(Collectors.joining(" or ", "(", ")"))
        + " and "
        + between("y", cells.rows(), parameters);
  }

  private static String between(String column, MapCells.Range range, Tuple parameters) {
    parameters.addInteger(range.first()).addInteger(range.last());
    return column
        + " between $"
        + (parameters.size() - 1)
        + "::integer and $"
        + parameters.size()
        + "::integer";
  }

  /// That a device stands in the cells, or on their edges, of which its cell tells; the values
  /// become parameters.
  static String placed(MapCells cells, Tuple parameters) {
    return cells.columns().stream()
        .map(range -> placed(cells, range, parameters))
        .collect(Collectors.joining(" or ", "(", ")"));
  }

  private static String placed(MapCells cells, MapCells.Range range, Tuple parameters) {
    int level = cells.level();
    parameters
        .addDouble(MapCells.north(cells.rows().last() + 1, level) - EDGE)
        .addDouble(MapCells.north(cells.rows().first(), level) + EDGE)
        .addDouble(MapCells.west(range.first(), level) - EDGE)
        .addDouble(MapCells.west(range.last() + 1, level) + EDGE);
    int last = parameters.size();
    return "(device.latitude between $%d and $%d and device.longitude between $%d and $%d)"
        .formatted(last - 3, last - 2, last - 1, last);
  }

  /// Rows as clusters, but for those of cells beside these.
  static List<Cluster> clusters(RowSet<Row> rows, MapCells cells) {
    List<Cluster> clusters = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (!cells.contains(row.getInteger("x"), row.getInteger("y"))) {
        continue;
      }
      Healths healths = new Healths(row.getLong("green"), row.getLong("red"), row.getLong("grey"));
      long count = healths.green() + healths.red() + healths.grey();
      clusters.add(
          new Cluster(
              row.getDouble("latitudes") / count,
              row.getDouble("longitudes") / count,
              count,
              healths,
              new Bounds(
                  row.getDouble("west"),
                  row.getDouble("south"),
                  row.getDouble("east"),
                  row.getDouble("north")),
              count == 1 ? Optional.of(row.getString("device")) : Optional.empty()));
    }
    return clusters;
  }
}
