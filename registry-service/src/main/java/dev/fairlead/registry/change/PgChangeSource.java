package dev.fairlead.registry.change;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.feed.PgFeedSource;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The table `change` as a feed.
public final class PgChangeSource implements PgFeedSource<ChangeFilter> {

  static final String TABLE = "change";

  @Override
  public String table() {
    return TABLE;
  }

  @Override
  public TenantId tenant(ChangeFilter filter) {
    return filter.tenant();
  }

  @Override
  public boolean takesAll(ChangeFilter filter) {
    return filter.takesAll();
  }

  @Override
  public String columns() {
    return "device, kind, at, data";
  }

  @Override
  public String wanted() {
    return """
    device, kind, at, data::text as data
    from seen
    where (cardinality($6::text[]) = 0 or kind = any($6::text[]))
      and ($7::text is null or device = $7)
      and ($8::text is null
        or exists (
          select 1 from device_group_member member
          where member.tenant = $1 and member.group_id = $8 and member.device_id = seen.device)
        or (kind = 'device.deleted' and data -> 'groups' ? $8)
        or (kind = 'group.left' and data ->> 'group' = $8))
    """;
  }

  @Override
  public String told() {
    return "device, kind, at, data";
  }

  @Override
  public void bind(ChangeFilter filter, Tuple parameters) {
    parameters
        .addArrayOfString(filter.kinds().stream().map(ChangeKind::word).toArray(String[]::new))
        .addValue(filter.device().orElse(null))
        .addValue(filter.group().orElse(null));
  }

  @Override
  public FeedEvent event(Row row, Position behind, ChangeFilter filter) {
    String word = row.getString("kind");
    return FeedEvent.of(
        behind.cursor(),
        filter.tenant(),
        ChangeKind.of(word).map(ChangeKind::type).orElse(word),
        PgColumns.text(row, "device"),
        PgColumns.time(row, "at").orElseThrow(),
        Objects.requireNonNull(
            Json.read(row.getString("data").getBytes(StandardCharsets.UTF_8), JsonNode.class)));
  }

  @Override
  public String expired() {
    return "Changes after the cursor were taken away, for they were too old. Read the devices anew"
        + " at /api/v1/devices, and go on with a cursor of /api/v1/changes.";
  }
}
