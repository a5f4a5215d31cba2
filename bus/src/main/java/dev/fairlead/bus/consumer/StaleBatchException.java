package dev.fairlead.bus.consumer;

/// Somebody else has handled these records; the consumer is to read its offset again.
public final class StaleBatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Has no stack trace: it is an expected answer after a rebalance.
  public StaleBatchException() {
    super("these records were handled by another consumer", null, false, false);
  }
}
