package dev.fairlead.bus.feed;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.TenantId;
import java.time.Instant;
import java.util.Optional;

/// Something that happened, as it is told: an event of CloudEvents 1.0 in its JSON format.
///
/// @param id the cursor right behind it: unique in all feeds, and the same whenever it is told
/// @param source the tenant, `/tenants/<id>`
/// @param subject the id of the device, if it is about one
/// @param data by the type
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record FeedEvent(
    String specversion,
    String id,
    String source,
    String type,
    Optional<String> subject,
    Instant time,
    String datacontenttype,
    JsonNode data) {

  /// The media type of one event.
  public static final String MEDIA_TYPE = "application/cloudevents+json";

  /// An event of this version and format.
  public static FeedEvent of(
      String id,
      TenantId tenant,
      String type,
      Optional<String> subject,
      Instant time,
      JsonNode data) {
    return new FeedEvent(
        "1.0", id, "/tenants/" + tenant, type, subject, time, "application/json", data);
  }
}
