package dev.fairlead.registry.alert;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.Filter.Attribute;
import dev.fairlead.registry.filter.Filter.Field;
import dev.fairlead.registry.filter.Filter.Operator;
import dev.fairlead.registry.filter.Filter.Value;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.runtime.http.ApiRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Which alerts a list shows; what is empty does not restrict it.
///
/// @param states of `open`, `acknowledged` and `closed`
/// @param severities of their words
/// @param keptTo the static group that the caller is kept to
/// @param devices what their devices meet
record AlertFilter(
    TenantId tenant,
    Set<String> states,
    Set<String> severities,
    Optional<String> code,
    Optional<String> device,
    Optional<String> keptTo,
    Optional<Filter> devices) {

  AlertFilter {
    states = Set.copyOf(states);
    severities = Set.copyOf(severities);
  }

  /// The filter in the query of a request.
  ///
  /// @param device whose alerts; empty for those of all
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` for an expression
  ///     that is none
  static AlertFilter of(ApiRequest request, Optional<String> device) {
    List<Filter> conditions =
        Stream.concat(
                request
                    .query("group")
                    .<Filter>map(
                        group ->
                            new Filter.Compare(
                                new Field.Own(Attribute.GROUP),
                                Operator.EQUAL,
                                new Value.Text(group)))
                    .stream(),
                request.query("filter").map(FilterParser::parse).stream())
            .toList();
    return new AlertFilter(
        new TenantId(request.tenant()),
        Set.copyOf(request.queryAll("state")),
        Set.copyOf(request.queryAll("severity")),
        request.query("code"),
        device,
        request.group(),
        conditions.isEmpty() ? Optional.empty() : Optional.of(new Filter.And(conditions)));
  }

  /// A short text that is the same for the same filter, so that a cursor is not taken on with
  /// another.
  String fingerprint() {
    CRC32C checksum = new CRC32C();
    checksum.update(
        String.join(
                "\n",
                tenant.value(),
                new TreeSet<>(states).toString(),
                new TreeSet<>(severities).toString(),
                code.toString(),
                device.toString(),
                keptTo.toString(),
                devices.toString())
            .getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(checksum.getValue());
  }
}
