package dev.fairlead.bus.producer;

/// The bus does not take records as fast as they come, and the producer's byte budget is used up.
public final class BusFullException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Has no stack trace: it is an expected answer, given thousands of times while a broker is away.
  public BusFullException() {
    super("the bus does not take records as fast as they come", null, false, false);
  }
}
