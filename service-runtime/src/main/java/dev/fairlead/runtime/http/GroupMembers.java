package dev.fairlead.runtime.http;

/// Which devices are in which groups, for keys that are kept to one. Asked on the thread of an
/// operation, which may wait.
@FunctionalInterface
public interface GroupMembers {

  /// Groups have no devices here.
  GroupMembers NONE = (tenant, group, device) -> false;

  /// Whether a device is in a group.
  boolean contains(String tenant, String group, String device);
}
