package dev.fairlead.registry.group;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;

/// Which devices keys may reach that are kept to a group.
final class PgGroupScope {

  private final Pool pool;

  PgGroupScope(Pool pool) {
    this.pool = pool;
  }

  Future<Boolean> contains(String tenant, String group, String device) {
    return pool.preparedQuery(
            """
            select 1 from device_group_member
            where tenant = $1 and group_id = $2 and device_id = $3
            """)
        .execute(Tuple.of(tenant, group, device))
        .map(rows -> rows.size() > 0);
  }
}
