package dev.fairlead.registry.filter;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter.Attribute;
import dev.fairlead.registry.filter.Filter.Field;
import dev.fairlead.registry.filter.Filter.Operator;
import dev.fairlead.registry.filter.Filter.Value;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Puts the filters of dynamic groups in the place of their names.
public final class PgGroupFilters {

  private static final Field GROUP = new Field.Own(Attribute.GROUP);
  private static final int NESTED_MAX = 4;
  private static final int TERMS_MAX = 512;

  private PgGroupFilters() {}

  /// The filter without names of dynamic groups.
  ///
  /// @return fails with the problem `validation-failed` for groups that name groups, and so on,
  ///     more than four times, or that come to more than 512 conditions
  public static Future<Filter> resolve(SqlClient client, TenantId tenant, Filter filter) {
    return resolve(client, tenant, filter, NESTED_MAX);
  }

  private static Future<Filter> resolve(
      SqlClient client, TenantId tenant, Filter filter, int nestedMax) {
    Set<String> names = names(filter).collect(Collectors.toSet());
    if (names.isEmpty()) {
      return Future.succeededFuture(filter);
    }
    return client
        .preparedQuery(
            """
            select id, filter from device_group
            where tenant = $1 and id = any($2) and filter is not null
            """)
        .execute(Tuple.of(tenant.value(), (Object) names.toArray(String[]::new)))
        .compose(
            rows -> {
              Map<String, Filter> filters = new HashMap<>();
              rows.forEach(
                  row ->
                      filters.put(
                          row.getString("id"), FilterParser.parse(row.getString("filter"))));
              if (filters.isEmpty()) {
                return Future.succeededFuture(filter);
              }
              if (nestedMax == 0) {
                return refused("Groups that name groups, and so on, do so at most four times.");
              }
              Filter replaced = replaced(filter, filters);
              return terms(replaced) > TERMS_MAX
                  ? refused(
                      "With its groups the filter has more than " + TERMS_MAX + " conditions.")
                  : resolve(client, tenant, replaced, nestedMax - 1);
            });
  }

  private static Future<Filter> refused(String why) {
    return Future.failedFuture(Problem.of(ProblemType.VALIDATION_FAILED, why).exception());
  }

  private static Stream<String> names(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> parts.stream().flatMap(PgGroupFilters::names);
      case Filter.Or(List<Filter> parts) -> parts.stream().flatMap(PgGroupFilters::names);
      case Filter.Not(Filter part) -> names(part);
      case Filter.Compare compare when compare.field().equals(GROUP) ->
          Stream.of(name(compare.value()));
      case Filter.In in when in.field().equals(GROUP) ->
          in.values().stream().map(PgGroupFilters::name);
      default -> Stream.of();
    };
  }

  private static Filter replaced(Filter filter, Map<String, Filter> filters) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> new Filter.And(replaced(parts, filters));
      case Filter.Or(List<Filter> parts) -> new Filter.Or(replaced(parts, filters));
      case Filter.Not(Filter part) -> new Filter.Not(replaced(part, filters));
      case Filter.Compare compare when compare.field().equals(GROUP) ->
          filters.getOrDefault(name(compare.value()), compare);
      case Filter.In in when in.field().equals(GROUP) ->
          new Filter.Or(
              in.values().stream()
                  .map(value -> replaced(new Filter.Compare(GROUP, Operator.EQUAL, value), filters))
                  .toList());
      default -> filter;
    };
  }

  private static List<Filter> replaced(List<Filter> parts, Map<String, Filter> filters) {
    return parts.stream().map(part -> replaced(part, filters)).toList();
  }

  private static String name(Value value) {
    return value instanceof Value.Text(String text) ? text : "";
  }

  private static int terms(Filter filter) {
    return switch (filter) {
      case Filter.And(List<Filter> parts) -> parts.stream().mapToInt(PgGroupFilters::terms).sum();
      case Filter.Or(List<Filter> parts) -> parts.stream().mapToInt(PgGroupFilters::terms).sum();
      case Filter.Not(Filter part) -> terms(part);
      case Filter.In in -> in.values().size();
      default -> 1;
    };
  }
}
