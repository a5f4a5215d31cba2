package dev.fairlead.bus.allowance;

import java.util.concurrent.TimeUnit;

/// A token bucket that may go into debt: what came is counted in full, and the answer is how long
/// nothing more should come. So a message larger than the bucket gets through, and is paid for
/// afterwards. Not safe for threads; time is an argument.
public final class Bucket {

  /// A full bucket lasts so long at the rate.
  public static final double BURST_SECONDS = 5;

  /// Less is no rate: a debt would have no end that can be told.
  private static final double RATE_MIN = 0.001;

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private double rate;
  private double tokens;
  private long sinceNanos;

  /// Begins with what comes together in a second: who connects again and again gains nothing.
  ///
  /// @param rate in a second; a thousandth where it is less
  public Bucket(double rate, long nowNanos) {
    this.rate = Math.max(RATE_MIN, rate);
    this.tokens = this.rate;
    this.sinceNanos = nowNanos;
  }

  /// From now on fills at another rate. Debts stay.
  public void rate(double newRate, long nowNanos) {
    fill(nowNanos);
    rate = Math.max(RATE_MIN, newRate);
    tokens = Math.min(tokens, capacity());
  }

  /// Something came.
  ///
  /// @return for how many nanoseconds nothing more should; 0 for none
  public long spend(double amount, long nowNanos) {
    fill(nowNanos);
    tokens -= amount;
    return debtNanos();
  }

  /// For how many nanoseconds nothing more should come; 0 for none.
  public long debtNanos(long nowNanos) {
    fill(nowNanos);
    return debtNanos();
  }

  /// Whether little came lately: the bucket is at least half full.
  public boolean isEasy() {
    return tokens >= capacity() / 2;
  }

  private long debtNanos() {
    return tokens >= 0 ? 0 : (long) Math.ceil(-tokens / rate * NANOS);
  }

  private void fill(long nowNanos) {
    long elapsed = nowNanos - sinceNanos;
    if (elapsed > 0) {
      sinceNanos = nowNanos;
      tokens = Math.min(capacity(), tokens + elapsed / NANOS * rate);
    }
  }

  private double capacity() {
    return rate * BURST_SECONDS;
  }
}
