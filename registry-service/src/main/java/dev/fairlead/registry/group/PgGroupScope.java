package dev.fairlead.registry.group;

import dev.fairlead.runtime.http.GroupMembers;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;

/// Which devices keys may reach that are kept to a group.
public final class PgGroupScope implements GroupMembers {

  private final Pool pool;

  /// @param pool of the registry's database
  public PgGroupScope(Pool pool) {
    this.pool = pool;
  }

  @Override
  public Future<Boolean> contains(String tenant, String group, String device) {
    return pool.preparedQuery(
            """
            select 1 from device_group_member
            where tenant = $1 and group_id = $2 and device_id = $3
            """)
        .execute(Tuple.of(tenant, group, device))
        .map(rows -> rows.size() > 0);
  }
}
