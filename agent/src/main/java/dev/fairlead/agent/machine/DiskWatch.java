package dev.fairlead.agent.machine;

import dev.fairlead.agent.outbox.Alert;
import dev.fairlead.agent.outbox.Alert.Severity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Judges how full disks are. An alert is raised at the threshold, raised again when it becomes
/// critical, and cleared some way below the threshold, so that a disk about there does not raise
/// and clear in turns.
final class DiskWatch {

  /// How far a disk must fall below the threshold, in percent.
  static final int HYSTERESIS_PERCENT = 3;

  /// From here on an alert is critical, in percent.
  static final int CRITICAL_PERCENT = 98;

  private static final String CODE_PREFIX = "disk-almost-full-";

  private final int thresholdPercent;
  private final Set<String> unsaid;
  private final Map<String, Severity> raised = new HashMap<>();

  /// @param everRaised codes of alerts that an earlier run raised: where they stand is said at the
  ///     first reading, for whatever was said last may never have been sent
  DiskWatch(int thresholdPercent, Set<String> everRaised) {
    this.thresholdPercent = thresholdPercent;
    this.unsaid = new HashSet<>(everRaised);
  }

  /// The alert that a disk gives rise to, or clears; empty if nothing changed.
  Optional<Alert> judge(DiskUsage usage) {
    String code = CODE_PREFIX + usage.label();
    boolean first = unsaid.remove(code);
    double percent = usage.usedPercent();
    double clearBelow = thresholdPercent - HYSTERESIS_PERCENT;
    @Nullable Severity before = raised.get(code);
    if (percent >= (first ? clearBelow : thresholdPercent)) {
      Severity now = percent >= CRITICAL_PERCENT ? Severity.CRITICAL : Severity.WARNING;
      if (before == null || now.compareTo(before) > 0) {
        raised.put(code, now);
        return Optional.of(raisedAlert(code, now, usage));
      }
    } else if (percent < clearBelow && (first || before != null)) {
      raised.remove(code);
      return Optional.of(clearedAlert(code, usage));
    }
    return Optional.empty();
  }

  private static Alert raisedAlert(String code, Severity severity, DiskUsage usage) {
    return new Alert(
        code,
        severity,
        text(usage),
        Optional.of(
            "Remove what is not needed in "
                + usage.place()
                + ", for example old logs and packages, or enlarge the disk."),
        true);
  }

  private static Alert clearedAlert(String code, DiskUsage usage) {
    return new Alert(code, Severity.INFO, text(usage), Optional.empty(), false);
  }

  private static String text(DiskUsage usage) {
    return String.format(
        Locale.ROOT,
        "The disk of %s is %.1f %% full, %d MiB are free.",
        usage.place(),
        usage.usedPercent(),
        usage.availableBytes() >> 20);
  }
}
