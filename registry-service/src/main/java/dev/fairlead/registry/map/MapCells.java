package dev.fairlead.registry.map;

import java.util.List;

/// The cells of the map that a box touches. The cells of a level are the tiles of the Web Mercator
/// projection at that zoom, 2^level in each direction, counted from the west and from the north;
/// what lies beyond 85.05 degrees belongs to the last row.
///
/// @param level from 0, the whole world
/// @param columns one range, or two where the box goes over the 180th meridian
/// @param rows a range
record MapCells(int level, List<Range> columns, Range rows) {

  /// The most cells, and so the most clusters, of one answer.
  static final int CELLS_MAX = 2_000;

  /// A tile of the map, 256 pixels, has 4 × 4 cells.
  static final int LEVELS_BELOW_ZOOM = 2;

  private static final double LATITUDE_MAX = 85.051_128_779_806_59;

  MapCells {
    columns = List.copyOf(columns);
  }

  /// From the first to the last, both included.
  record Range(int first, int last) {

    long size() {
      return last - first + 1L;
    }

    boolean contains(int cell) {
      return first <= cell && cell <= last;
    }
  }

  /// The cells for a zoom; larger ones where there would be too many.
  ///
  /// @param zoom of the map, 0 to 20
  static MapCells of(MapBox box, int zoom) {
    MapCells cells = at(box, zoom + LEVELS_BELOW_ZOOM);
    while (cells.count() > CELLS_MAX) {
      cells = at(box, cells.level() - 1);
    }
    return cells;
  }

  /// The cells of a level.
  static MapCells at(MapBox box, int level) {
    int west = column(box.west(), level);
    int east = column(box.east(), level);
    Range rows = new Range(row(box.north(), level), row(box.south(), level));
    if (box.west() <= box.east()) {
      return new MapCells(level, List.of(new Range(west, east)), rows);
    }
    int last = (1 << level) - 1;
    return west <= east
        // Both ends lie in one cell, or touch: all the world is in between.
        ? new MapCells(level, List.of(new Range(0, last)), rows)
        : new MapCells(level, List.of(new Range(west, last), new Range(0, east)), rows);
  }

  long count() {
    return columns.stream().mapToLong(Range::size).sum() * rows.size();
  }

  boolean contains(int column, int row) {
    return rows.contains(row) && columns.stream().anyMatch(range -> range.contains(column));
  }

  /// The column of a longitude.
  static int column(double longitude, int level) {
    return cell((longitude + 180) / 360, level);
  }

  /// The row of a latitude.
  static int row(double latitude, int level) {
    double radians = Math.toRadians(Math.clamp(latitude, -LATITUDE_MAX, LATITUDE_MAX));
    double tangent = Math.tan(radians);
    // The inverse hyperbolic sine, by the greater side for the sake of exactness.
    double up = Math.signum(tangent) * Math.log(Math.abs(tangent) + Math.hypot(tangent, 1));
    return cell((1 - up / Math.PI) / 2, level);
  }

  private static int cell(double share, int level) {
    int cells = 1 << level;
    return (int) Math.clamp((long) Math.floor(share * cells), 0L, cells - 1L);
  }

  /// The longitude at which a column begins.
  static double west(int column, int level) {
    return column * 360.0 / (1 << level) - 180;
  }

  /// The latitude at which a row begins; the first one begins at the pole.
  static double north(int row, int level) {
    if (row == 0) {
      return 90;
    }
    return row == 1 << level
        ? -90
        : Math.toDegrees(Math.atan(Math.sinh(Math.PI * (1 - 2.0 * row / (1 << level)))));
  }
}
