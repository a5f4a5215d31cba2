package dev.fairlead.bus.message;

/// Where a device stands.
///
/// @param latitude degrees north, -90 to 90
/// @param longitude degrees east, -180 to 180
public record Location(double latitude, double longitude) {

  private static final double LATITUDE_MAX = 90;
  private static final double LONGITUDE_MAX = 180;

  /// @throws IllegalArgumentException for what is on no map, or is no number
  public Location {
    require(latitude, LATITUDE_MAX, "latitude");
    require(longitude, LONGITUDE_MAX, "longitude");
  }

  /// Written so that what is no number is refused as well.
  private static void require(double degrees, double max, String name) {
    if (!(Math.abs(degrees) <= max)) {
      throw new IllegalArgumentException("a " + name + " of " + degrees + " degrees");
    }
  }
}
