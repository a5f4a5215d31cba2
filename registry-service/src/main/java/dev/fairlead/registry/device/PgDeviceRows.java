package dev.fairlead.registry.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.Location;
import dev.fairlead.registry.alert.AlertDocument;
import dev.fairlead.registry.filter.SearchWords;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Rows of devices, joined with what hangs on them, as documents.
final class PgDeviceRows {

  /// The columns of [#summary]. What was reported and measured tells of a device as well, when it
  /// was last seen.
  static final String SUMMARY =
      """
      device.id, device.name, device.type, device.tags::text as tags,
      device.latitude, device.longitude, device.parent,
      device.created_at, device.updated_at,
      exists(
        select 1 from device_block
        where device_block.tenant = device.tenant and device_block.device_id = device.id
      ) as blocked,
      presence.health, presence.online, presence.since,
      greatest(presence.last_seen_at, reported.updated_at, telemetry_latest.as_of)
        as last_seen_at,
      presence.reason, presence.session, presence.gateway, presence.address, presence.wire,
      presence.remote_address, presence.epoch_generation, presence.epoch_offset,
      presence.flapping and presence.flapping_until > now() as flapping,
      presence.flapping_since
      """;

  /// The columns of [#description], and the id.
  static final String DESCRIPTION =
      "device.id, device.name, device.type, device.tags::text as tags, device.latitude,"
          + " device.longitude";

  /// The columns of the device itself.
  static final String DEVICE =
      "device.tenant, device.id, device.name, device.type, device.tags, device.latitude,"
          + " device.longitude, device.parent, device.created_at, device.updated_at";

  private static final List<String> HANGING = List.of("presence", "reported", "telemetry_latest");

  /// What hangs on a device, joined to it.
  static final String JOINED =
      HANGING.stream().map(PgDeviceRows::joined).collect(Collectors.joining(" "));

  /// The tables of [#SUMMARY].
  static final String TABLES = "device " + JOINED;

  private static String joined(String table) {
    return "join "
        + table
        + " on "
        + table
        + ".tenant = device.tenant and "
        + table
        + ".device_id = device.id";
  }

  /// The tables that a condition speaks of.
  ///
  /// @param condition a text of ours, in which values are parameters
  /// @param after the parameter of the id that the devices come after
  static String tables(String condition, Optional<String> after) {
    return HANGING.stream()
        .filter(table -> condition.contains(table + "."))
        .map(
            table ->
                joined(table) + after.map(id -> " and " + table + ".device_id > " + id).orElse(""))
        .collect(Collectors.joining(" ", "device ", ""));
  }

  /// One device by tenant and id, with what [#document] needs but its alerts.
  static final String SELECT_ONE =
      "select "
          + SUMMARY
          + ", reported.document::text as reported, telemetry_latest.metrics::text as metrics,"
          + " telemetry_latest.as_of from "
          + TABLES
          + " where device.tenant = $1 and device.id = $2";

  private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

  private PgDeviceRows() {}

  static DeviceDocument.Summary summary(Row row) {
    boolean online = row.getBoolean("online");
    boolean flapping = row.getBoolean("flapping");
    return new DeviceDocument.Summary(
        row.getString("id"),
        PgColumns.text(row, "name"),
        PgColumns.text(row, "type"),
        tags(row),
        location(row),
        PgColumns.text(row, "parent"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getBoolean("blocked"),
        row.getString("health"),
        new DeviceDocument.PresenceDocument(
            online,
            PgColumns.time(row, "since"),
            PgColumns.time(row, "last_seen_at"),
            PgColumns.text(row, "reason"),
            PgColumns.text(row, "session"),
            PgColumns.text(row, "gateway"),
            PgColumns.text(row, "address"),
            PgColumns.text(row, "wire"),
            PgColumns.text(row, "remote_address"),
            PgColumns.epoch(row, "epoch").map(Epoch::toString),
            flapping,
            PgColumns.time(row, "flapping_since").filter(since -> flapping)));
  }

  static DeviceDocument document(Row row, List<AlertDocument> alerts) {
    Optional<Instant> asOf = PgColumns.time(row, "as_of");
    return new DeviceDocument(
        summary(row),
        tree(row.getString("reported")),
        alerts,
        new DeviceDocument.Telemetry(asOf, tree(row.getString("metrics"))));
  }

  static DeviceDescription description(Row row) {
    return new DeviceDescription(
        PgColumns.text(row, "name"), PgColumns.text(row, "type"), tags(row), location(row));
  }

  private static Optional<Location> location(Row row) {
    return Optional.ofNullable(row.getDouble("latitude"))
        .map(latitude -> new Location(latitude, row.getDouble("longitude")));
  }

  /// Tags as the database takes them.
  static String json(Map<String, String> tags) {
    return Json.text(tags);
  }

  /// The words by which people look for a device, as the database takes them.
  static String words(DeviceId device, DeviceDescription description) {
    Stream<String> about =
        Stream.of(Optional.of(device.value()), description.name(), description.type())
            .flatMap(Optional::stream);
    Stream<String> tags =
        description.tags().entrySet().stream()
            .flatMap(tag -> Stream.of(tag.getKey(), tag.getValue()));
    return String.join(" ", SearchWords.of(Stream.concat(about, tags)));
  }

  private static Map<String, String> tags(Row row) {
    return Json.mapper().convertValue(tree(row.getString("tags")), TAGS);
  }

  private static JsonNode tree(String json) {
    try {
      return Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database holds what is not JSON", e);
    }
  }
}
