package dev.fairlead.bus.feed;

import dev.fairlead.bus.identity.TenantId;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

/// What makes a table a feed, and its rows events. The pieces of SQL have the parameters `$1`, the
/// tenant, and from `$6` on those of [#bind].
///
/// The table has the columns `tenant`, `slot`, `xid` and `id`, a partition `<table>_<slot>` for
/// each of the slots 0 to 15, and an index on `(tenant, xid, id)`. The only row of
/// `<table>_horizon` tells up to where rows were taken away.
///
/// @param <F> tells whose events somebody is told, and which
public interface PgFeedSource<F> {

  /// The name of the table.
  String table();

  /// The tenant whose feed a filter is about.
  TenantId tenant(F filter);

  /// Whether a filter leaves nothing of the tenant's out.
  boolean takesAll(F filter);

  /// The columns that [#wanted] and [#told] need, besides `xid` and `id`.
  String columns();

  /// Where rows are looked at: the table, or a query of its rows that an index answers at once.
  default String scanned() {
    return table();
  }

  /// The columns that make an event, `from seen`, and the condition of the filter.
  String wanted();

  /// The names of the columns that make an event.
  String told();

  /// Whether nothing comes after what can be read now; not asked for more than what is committed.
  default String over() {
    return "false";
  }

  /// Adds the parameters from `$6` on.
  void bind(F filter, Tuple parameters);

  /// The event of a row that has what [#told] names.
  ///
  /// @param behind the place right behind it
  FeedEvent event(Row row, Position behind, F filter);

  /// The `detail` of the problem `cursor-expired`.
  String expired();
}
