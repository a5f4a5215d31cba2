package dev.fairlead.registry.command;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.row.Feed;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Follows `fairlead.commands`: each end of a command becomes one change in the feed of its tenant.
/// Its device may be gone, which ends commands as well; of a tenant that is gone nothing is told.
public final class PgCommandEnds implements PgConsumer.Use<CommandEnded> {

  private static final String CONSUMER = "registry-commands";

  private final PgOutbox outbox;

  private PgCommandEnds(PgOutbox outbox) {
    this.outbox = outbox;
  }

  /// The way from the topic into the feed.
  ///
  /// @param outbox is poked whenever the feed was told of something
  public static Feed feed(Pool pool, DeadLetters deadLetters, PgOutbox outbox) {
    PgOffsets offsets = new PgOffsets(pool, CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new Feed(
        CONSUMER,
        Topic.COMMANDS,
        offsets,
        new PgConsumer<>(
            pool, offsets, CONSUMER, CommandEnded::decode, new PgCommandEnds(outbox), deadLetters));
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<CommandEnded>> messages) {
    Map<UUID, CommandEnded> ends = new LinkedHashMap<>();
    messages.forEach(each -> ends.putIfAbsent(each.message().command(), each.message()));
    return tenants(transaction, ends.values())
        .onSuccess(known -> ends.values().removeIf(end -> !known.contains(tenant(end))))
        .compose(_ -> note(transaction, ends.keySet()))
        .onSuccess(ends.keySet()::retainAll)
        .compose(
            _ ->
                PgChanges.append(
                    transaction, ends.values().stream().map(CommandEndChange::of).toList()))
        .compose(_ -> forget(transaction, 2 * messages.size()));
  }

  @Override
  public void committed(List<Received<CommandEnded>> messages) {
    outbox.poke();
  }

  private static String tenant(CommandEnded end) {
    return end.device().tenant().value();
  }

  /// Those of the tenants that exist, held so that none goes away before its change is written.
  private static Future<Set<String>> tenants(
      SqlConnection transaction, Collection<CommandEnded> ends) {
    return transaction
        .preparedQuery("select id from tenant where id = any($1) order by id for key share")
        .execute(
            Tuple.tuple()
                .addArrayOfString(
                    ends.stream().map(PgCommandEnds::tenant).distinct().toArray(String[]::new)))
        .map(
            rows -> {
              Set<String> known = HashSet.newHashSet(rows.size());
              rows.forEach(row -> known.add(row.getString("id")));
              return known;
            });
  }

  /// Notes that these ends are told.
  ///
  /// @return those that were not before
  private static Future<Set<UUID>> note(SqlConnection transaction, Collection<UUID> commands) {
    return transaction
        .preparedQuery(
            """
            insert into command_end (id, told_at)
            select id, now() from unnest($1::uuid[]) as given (id) order by id
            on conflict (id) do nothing
            returning id
            """)
        .execute(Tuple.tuple().addArrayOfUUID(commands.toArray(UUID[]::new)))
        .map(
            rows -> {
              Set<UUID> fresh = HashSet.newHashSet(rows.size());
              for (Row row : rows) {
                fresh.add(row.getUUID("id"));
              }
              return fresh;
            });
  }

  /// Forgets some of which no record can come any more, more than were just noted. The topic keeps
  /// records for seven days and a quarter of that.
  private static Future<Void> forget(SqlConnection transaction, int limit) {
    return transaction
        .preparedQuery(
            """
            delete from command_end where id = any(array(
              select id from command_end where told_at < now() - interval '10 days'
              order by told_at limit $1 for update skip locked))
            """)
        .execute(Tuple.of(limit))
        .mapEmpty();
  }
}
