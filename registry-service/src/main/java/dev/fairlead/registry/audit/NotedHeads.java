package dev.fairlead.registry.audit;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Ends of chains that were kept elsewhere, out of the reach of whoever can write to the database.
///
/// @param byTenant hashes in hexadecimal by the number of their entry, by tenant
record NotedHeads(Map<String, SortedMap<Long, String>> byTenant) {

  private static final Pattern HEAD =
      Pattern.compile("(?<tenant>\\S+) (?<sequence>\\d{1,18}) (?<hash>[0-9a-f]{64})( .*)?");
  private static final String COMMENT = "#";

  /// Reads what a check printed, or several: [AuditVerification#line()] a line.
  ///
  /// @throws IllegalArgumentException for lines of anything else, and where two contradict each
  ///     other
  static NotedHeads of(List<String> lines) {
    Map<String, SortedMap<Long, String>> heads = new TreeMap<>();
    int number = 0;
    for (String line : lines) {
      number++;
      if (line.isBlank() || line.startsWith(COMMENT)) {
        continue;
      }
      Matcher head = HEAD.matcher(line);
      if (!head.matches()) {
        throw new IllegalArgumentException(
            "line " + number + " of the noted heads is not 'tenant number hash'");
      }
      String hash = head.group("hash");
      String before =
          heads
              .computeIfAbsent(head.group("tenant"), tenant -> new TreeMap<>())
              .put(Long.valueOf(head.group("sequence")), hash);
      if (before != null && !before.equals(hash)) {
        throw new IllegalArgumentException(
            "line " + number + " of the noted heads contradicts one before it");
      }
    }
    return new NotedHeads(heads);
  }

  /// Of whom something was noted.
  Set<String> tenants() {
    return byTenant.keySet();
  }

  /// What was noted of a tenant.
  SortedMap<Long, String> of(String tenant) {
    return byTenant.getOrDefault(tenant, Collections.emptySortedMap());
  }
}
