package dev.fairlead.bus.consumer;

import dev.fairlead.bus.BusAdmin.LogBounds;

/// One partition of a [GroupConsumer]. Confined to its context.
final class Lane {

  private static final long UNKNOWN = -1;

  private long next = UNKNOWN;
  private long committed = UNKNOWN;
  private long validEnd = Long.MAX_VALUE;
  private boolean lost;
  private boolean revoked;
  private boolean working;
  private long begunNanos;
  private long rests;
  private boolean resting;

  /// The next offset as [Offsets] have it.
  long next() {
    return next;
  }

  /// Whether [Offsets] were asked, and the consumer stands where they said.
  boolean isPlaced() {
    return next != UNKNOWN;
  }

  boolean isRevoked() {
    return revoked;
  }

  void revoke() {
    revoked = true;
  }

  /// [Offsets] said where to go on.
  ///
  /// @param start of what the broker still has
  /// @return whether records that were not read are gone, and nobody was told yet
  boolean place(long offset, long start) {
    boolean untold = !lost && offset < start;
    next = offset;
    validEnd = Long.MAX_VALUE;
    lost = false;
    return untold;
  }

  /// A batch is in work.
  void begin(long nowNanos) {
    working = true;
    resting = false;
    begunNanos = nowNanos;
  }

  /// It rests from now on.
  ///
  /// @return which of its rests this is
  long rest() {
    resting = true;
    rests++;
    return rests;
  }

  /// Its rest is over.
  ///
  /// @return whether it lasted until now: a lane that is placed anew is let go by that
  boolean wake(long rest) {
    boolean lasted = resting && rest == rests && !revoked;
    if (lasted) {
      resting = false;
    }
    return lasted;
  }

  /// How long ago the last batch began.
  long sinceBegin(long nowNanos) {
    return nowNanos - begunNanos;
  }

  /// Its batch was handled.
  ///
  /// @return whether the next may be read: not of a lane that went elsewhere or is to be placed
  ///     anew
  boolean end(long offset) {
    working = false;
    if (revoked || !isPlaced()) {
      return false;
    }
    next = offset;
    return true;
  }

  /// Its batch was not ours to handle.
  void endUnplaced() {
    working = false;
    unplace();
  }

  /// Whether [Offsets] must be asked where to begin. What a batch in work has stored is not settled
  /// yet.
  boolean isToBePlaced() {
    return !working && !isPlaced();
  }

  /// [Offsets] are to be asked again.
  void unplace() {
    next = UNKNOWN;
    resting = false;
  }

  /// The place is not in the log any more.
  ///
  /// @param end up to where the log is the one that was read
  void lose(long end) {
    next = UNKNOWN;
    resting = false;
    validEnd = end;
    lost = true;
  }

  /// The bounds of the log as it was read: what a broker wrote at the same offsets, after it had
  /// lost some, is another log.
  LogBounds valid(LogBounds bounds) {
    return new LogBounds(bounds.start(), Math.min(bounds.end(), validEnd));
  }

  /// Whether Kafka has not been told of the place; it counts as told from then on.
  boolean claimCommit() {
    if (!isPlaced() || next == committed) {
      return false;
    }
    committed = next;
    return true;
  }
}
