package dev.fairlead.registry.subdevice;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Who may speak for whom.
public final class PgSpeakers {

  private PgSpeakers() {}

  /// Leaves out what a device says for one that is not its sub-device, or that does not exist. Asks
  /// the database only where somebody speaks for somebody else.
  ///
  /// @param stranger is given what is left out
  public static <T> Future<List<T>> heeded(
      SqlClient client, List<T> messages, Function<T, Spoken> spoken, Consumer<T> stranger) {
    return strangers(client, messages.stream().map(spoken).toList())
        .map(
            strangers -> {
              if (strangers.isEmpty()) {
                return messages;
              }
              Map<Boolean, List<T>> parted =
                  messages.stream()
                      .collect(
                          Collectors.partitioningBy(
                              message -> strangers.contains(spoken.apply(message))));
              parted.getOrDefault(true, List.of()).forEach(stranger);
              return parted.getOrDefault(false, List.of());
            });
  }

  private static Future<Set<Spoken>> strangers(SqlClient client, List<Spoken> spoken) {
    List<Spoken> claims =
        spoken.stream().filter(each -> each.speaker().isPresent()).distinct().toList();
    if (claims.isEmpty()) {
      return Future.succeededFuture(Set.of());
    }
    return client
        .preparedQuery(
            """
            select tenant, device_id, speaker
            from unnest($1::text[], $2::text[], $3::text[]) as claim(tenant, device_id, speaker)
            where not exists (
              select from device
              where device.tenant = claim.tenant and device.id = claim.device_id
                and device.parent = claim.speaker
            )
            """)
        .execute(
            Tuple.of(
                texts(claims, claim -> claim.device().tenant().value()),
                texts(claims, claim -> claim.device().device().value()),
                texts(claims, claim -> claim.speaker().orElseThrow().value())))
        .map(
            rows -> {
              Set<Spoken> strangers = new HashSet<>();
              rows.forEach(
                  row ->
                      strangers.add(
                          new Spoken(
                              PgColumns.key(row),
                              Optional.of(new DeviceId(row.getString("speaker"))))));
              return strangers;
            });
  }

  private static String[] texts(List<Spoken> claims, Function<Spoken, String> column) {
    return claims.stream().map(column).toArray(String[]::new);
  }
}
