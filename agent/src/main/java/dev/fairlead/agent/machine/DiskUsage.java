package dev.fairlead.agent.machine;

/// One file store.
///
/// @param label names it in readings and alerts, such as `root`
/// @param place where it is, for people
/// @param availableBytes what an ordinary user can still write
record DiskUsage(String label, String place, long totalBytes, long usedBytes, long availableBytes) {

  /// As `df` counts: of what can be used at all.
  double usedPercent() {
    long usable = usedBytes + availableBytes;
    return usable == 0 ? 0 : 100.0 * usedBytes / usable;
  }
}
