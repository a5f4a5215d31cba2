package dev.fairlead.registry.device;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgGroupFilters;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Goes through the devices of a tenant that meet a filter, in the order of their ids. Each step
/// looks at so many devices and no more, whether they meet the filter or not: it takes as long for
/// a filter that no index leads to.
public final class PgDeviceScan {

  private PgDeviceScan() {}

  /// Which devices are gone through.
  ///
  /// @param group the static group that the caller is kept to
  /// @param filter that they meet
  /// @param now what times in the filter count from
  public record Question(
      TenantId tenant, Optional<String> group, Optional<Filter> filter, Instant now) {}

  /// A step.
  ///
  /// @param devices that meet the filter
  /// @param last the device that was looked at last; empty where none is left
  public record Step(List<DescribedDevice> devices, Optional<String> last) {

    /// Copies the devices.
    public Step {
      devices = List.copyOf(devices);
    }
  }

  /// Takes the next step.
  ///
  /// @param after the device that was looked at last
  /// @param width how many devices are looked at
  /// @param lock whether nobody else may change or delete what is found until the transaction ends
  /// @return fails with the problem `validation-failed` for groups that cannot be resolved
  public static Future<Step> next(
      SqlConnection client, Question question, Optional<String> after, int width, boolean lock) {
    return client
        .preparedQuery(
            """
            select max(id) as last from (
              select id from device where tenant = $1 and id > $2 order by id limit $3
            ) as looked
            """)
        .execute(Tuple.of(question.tenant().value(), after.orElse(""), width))
        .map(rows -> Optional.ofNullable(rows.iterator().next().getString("last")))
        .compose(
            last ->
                last.isEmpty()
                    ? Future.succeededFuture(new Step(List.of(), last))
                    : between(client, question, after, last.get(), lock)
                        .map(devices -> new Step(devices, last)));
  }

  private static Future<List<DescribedDevice>> between(
      SqlConnection client, Question question, Optional<String> after, String last, boolean lock) {
    return resolved(client, question)
        .map(filter -> PgDeviceQuery.between(question, filter, after.orElse(""), last, lock))
        .compose(query -> client.preparedQuery(query.sql()).execute(query.parameters()))
        .map(
            rows -> {
              List<DescribedDevice> devices = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      devices.add(
                          new DescribedDevice(
                              new DeviceId(row.getString("id")), PgDeviceRows.description(row))));
              return devices;
            });
  }

  private static Future<Optional<Filter>> resolved(SqlConnection client, Question question) {
    return question.filter().isEmpty()
        ? Future.succeededFuture(Optional.empty())
        : PgGroupFilters.resolve(client, question.tenant(), question.filter().get())
            .map(Optional::of);
  }
}
