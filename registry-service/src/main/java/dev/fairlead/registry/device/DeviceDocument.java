package dev.fairlead.registry.device;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.message.Location;
import dev.fairlead.registry.alert.AlertDocument;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A device as the API shows it.
///
/// @param summary what lists show as well
/// @param reported what the device reports about itself
/// @param alerts its open alerts, by their codes
/// @param telemetry the latest measurements
record DeviceDocument(
    @JsonUnwrapped Summary summary,
    JsonNode reported,
    List<AlertDocument> alerts,
    Telemetry telemetry) {

  DeviceDocument {
    alerts = List.copyOf(alerts);
  }

  /// A device in a list.
  ///
  /// @param parent the device that speaks for it, if it is a sub-device
  /// @param blocked whether it is shut out, whatever credential it shows
  /// @param health `green`, `red` or `grey`
  record Summary(
      String id,
      Optional<String> name,
      Optional<String> type,
      Map<String, String> tags,
      Optional<Location> location,
      Optional<String> parent,
      Instant createdAt,
      Instant updatedAt,
      boolean blocked,
      String health,
      PresenceDocument presence) {

    Summary {
      tags = Map.copyOf(tags);
    }
  }

  /// Whether the device is connected, and the newest session.
  ///
  /// @param flapping whether it connects too often
  /// @param flappingSince since when it does; empty where it does not
  record PresenceDocument(
      boolean online,
      Optional<Instant> since,
      Optional<Instant> lastSeenAt,
      Optional<String> reason,
      Optional<String> session,
      Optional<String> gateway,
      Optional<String> address,
      Optional<String> wire,
      Optional<String> remoteAddress,
      Optional<String> epoch,
      boolean flapping,
      Optional<Instant> flappingSince) {}

  /// The latest measurements.
  ///
  /// @param asOf when the newest of them came
  /// @param values `{key: {value, at}}`
  record Telemetry(Optional<Instant> asOf, JsonNode values) {}

  /// A page of a list.
  ///
  /// @param next the cursor of the next page, null at the end
  /// @param indexed whether an index leads to what meets the filter; else every device is looked at
  record DevicePage(List<Summary> items, @Nullable String next, boolean indexed) {

    DevicePage {
      items = List.copyOf(items);
    }
  }

  /// A device that was just made, with the one sight of its token.
  record Created(@JsonUnwrapped DeviceDocument device, String token) {}
}
