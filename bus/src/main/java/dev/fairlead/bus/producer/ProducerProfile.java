package dev.fairlead.bus.producer;

/// What a producer is tuned for. All of them wait for all in-sync replicas, write each record once,
/// and never give up on a record by time.
public enum ProducerProfile {
  /// Single records that somebody waits for: commands, sessions, heartbeats.
  PROMPT(0, "none", 16 * 1024),
  /// Records that somebody waits for, of which one often comes right after another, such as
  /// `delivered` and the result of a command: they go together, and are written down together.
  PROMPT_PAIRS(1, "none", 16 * 1024),
  /// Many records: telemetry and events.
  BULK(5, "lz4", 64 * 1024);

  private final int lingerMillis;
  private final String compression;
  private final int batchBytes;

  ProducerProfile(int lingerMillis, String compression, int batchBytes) {
    this.lingerMillis = lingerMillis;
    this.compression = compression;
    this.batchBytes = batchBytes;
  }

  int lingerMillis() {
    return lingerMillis;
  }

  String compression() {
    return compression;
  }

  int batchBytes() {
    return batchBytes;
  }
}
