package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.JsonNode;

/// Where a device stands.
///
/// @param latitude degrees north, -90 to 90
/// @param longitude degrees east, -180 to 180
public record Location(double latitude, double longitude) {

  /// Reads a location that the contract has let through.
  static Location of(JsonNode location) {
    return new Location(
        location.path("latitude").doubleValue(), location.path("longitude").doubleValue());
  }
}
