package dev.fairlead.registry.change;

import dev.fairlead.bus.identity.TenantId;
import java.util.Optional;
import java.util.Set;

/// Which changes somebody is told.
///
/// @param tenant whose
/// @param kinds these; all when there is none
/// @param device of this one alone
/// @param group of devices that are in this static group alone, and of those that leave it or that
///     were in it when they were deleted
public record ChangeFilter(
    TenantId tenant, Set<ChangeKind> kinds, Optional<String> device, Optional<String> group) {

  public ChangeFilter {
    kinds = Set.copyOf(kinds);
  }

  /// Whether it leaves nothing of the tenant's out.
  boolean takesAll() {
    return kinds.isEmpty() && device.isEmpty() && group.isEmpty();
  }
}
