package dev.fairlead.registry.map;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;

/// A part of the map, in degrees. From west to east, so that one whose west is greater than its
/// east goes over the 180th meridian.
record MapBox(double west, double south, double east, double north) {

  static final MapBox WORLD = new MapBox(-180, -90, 180, 90);

  private static final int EDGES = 4;

  MapBox {
    if (!(isLongitude(west) && isLongitude(east))) {
      throw refused("west and east lie from -180 to 180");
    }
    if (!(south >= -90 && north <= 90 && south <= north)) {
      throw refused("south and north lie from -90 to 90, and south is not north of north");
    }
  }

  /// Reads `west,south,east,north`.
  ///
  /// @throws ProblemException `validation-failed`
  static MapBox parse(String text) {
    String[] edges = text.split(",", -1);
    if (edges.length != EDGES) {
      throw refused("it is west,south,east,north");
    }
    try {
      return new MapBox(
          Double.parseDouble(edges[0]),
          Double.parseDouble(edges[1]),
          Double.parseDouble(edges[2]),
          Double.parseDouble(edges[3]));
    } catch (NumberFormatException e) {
      throw refused("its edges are numbers");
    }
  }

  private static boolean isLongitude(double degrees) {
    return degrees >= -180 && degrees <= 180;
  }

  private static ProblemException refused(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, "'bbox' is none: " + why + ".").exception();
  }
}
