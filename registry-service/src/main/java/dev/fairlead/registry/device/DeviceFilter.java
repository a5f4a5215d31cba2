package dev.fairlead.registry.device;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Which devices a list shows; what is empty does not restrict it.
///
/// @param tenant whose devices
/// @param online whether connected
/// @param health `green`, `red` or `grey`
/// @param type exactly this type
/// @param tags all of these tags
/// @param group the static group that the caller is kept to
/// @param filter an expression
/// @param prefix what the id or, in any case, the name begins with
record DeviceFilter(
    TenantId tenant,
    Optional<Boolean> online,
    Optional<String> health,
    Optional<String> type,
    Map<String, String> tags,
    Optional<String> prefix,
    Optional<String> group,
    Optional<Filter> filter) {

  DeviceFilter {
    tags = Map.copyOf(tags);
  }

  /// The filter in the query of a request.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `validation-failed` when two tags of one
  ///     key contradict each other, and for an expression that is none
  static DeviceFilter of(ApiRequest request) {
    Map<String, String> tags = new TreeMap<>();
    for (String tag : request.queryAll("tag")) {
      int colon = tag.indexOf(':'); // the contract asks for one
      String value = tag.substring(colon + 1);
      if (!tags.merge(tag.substring(0, colon), value, (first, second) -> first).equals(value)) {
        throw Problem.of(
                ProblemType.VALIDATION_FAILED, "No device has one tag with two values: " + tag)
            .exception();
      }
    }
    return new DeviceFilter(
        new TenantId(request.tenant()),
        request.query("online").map(Boolean::parseBoolean),
        request.query("health"),
        request.query("type"),
        tags,
        request.query("q"),
        request.group(),
        request.query("filter").map(FilterParser::parse));
  }

  /// Whether it may take long to find a page of what meets it: such a list takes its tenant's share
  /// of those that may run at once.
  boolean mayTakeLong() {
    return filter.isPresent() || !tags.isEmpty();
  }

  /// A short text that is the same for the same filter, so that a cursor is not taken on with
  /// another. It protects from mistakes, not from malice, which has nothing to gain.
  String fingerprint() {
    CRC32C checksum = new CRC32C();
    checksum.update(Json.write(new TreeMap<>(tags)));
    checksum.update(
        (tenant + "\n" + online + "\n" + health + "\n" + type + "\n" + prefix + "\n" + group + "\n"
                + filter)
            .getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(checksum.getValue());
  }
}
