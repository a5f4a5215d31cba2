package dev.fairlead.registry.reject;

/// What of a device was refused.
public enum RejectSort {
  /// What it measured.
  TELEMETRY("telemetry", "telemetry_reject"),
  /// What it would have reported about itself.
  REPORTED("reported", "reported_reject");

  private final String word;
  private final String table;

  RejectSort(String word, String table) {
    this.word = word;
    this.table = table;
  }

  /// The word for it in the API and in metrics.
  public String word() {
    return word;
  }

  String table() {
    return table;
  }
}
