package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.bus.postgres.PgOutbox;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tells `fairlead.commands` of the ends of those commands whose senders asked for it, by the
/// outbox: in the transaction that ends them, so that each end is told and none that is not one.
final class PgCommandEnds {

  private PgCommandEnds() {}

  /// Puts the ends among some edits into the outbox. Costs nothing where nobody asked.
  ///
  /// @param rows of the statement that wrote the edits, one each: `id`, its sender's `correlation`,
  ///     and in `kind_to_tell` the kind of the command where it has ended and its sender asked,
  ///     else null
  /// @param told run after the commit, where something was put into the outbox
  static Future<Void> tell(
      SqlConnection transaction, List<CommandEdit> edits, RowSet<Row> rows, Runnable told) {
    Map<UUID, Row> asked = new HashMap<>();
    for (Row row : rows) {
      if (row.getString("kind_to_tell") != null) {
        asked.put(row.getUUID("id"), row);
      }
    }
    List<BusRecord> records = new ArrayList<>(asked.size());
    for (CommandEdit edit : edits) {
      @Nullable Row row = asked.get(edit.before().id().value());
      if (row != null) {
        edit.end().ifPresent(end -> records.add(ended(edit, row, end).toRecord()));
      }
    }
    if (records.isEmpty()) {
      return Future.succeededFuture();
    }
    return PgOutbox.append(transaction, records)
        .onSuccess(_ -> transaction.transaction().completion().onSuccess(_ -> told.run()))
        .mapEmpty();
  }

  private static CommandEnded ended(CommandEdit edit, Row row, HistoryEntry end) {
    CommandHead after = edit.after();
    return new CommandEnded(
        after.device(),
        after.id().value(),
        row.getString("kind_to_tell"),
        Optional.ofNullable(row.getString("correlation")),
        end.state().word(),
        end.attempt(),
        end.reason(),
        end.at(),
        edit.result().map(PgCommandEnds::result));
  }

  private static CommandEnded.Result result(CommandResult result) {
    String status = result.outcome().state().word();
    return result
        .payload()
        .map(body -> CommandEnded.Result.of(status, body.contentType(), body.bytes()))
        .orElseGet(() -> CommandEnded.Result.of(status));
  }
}
