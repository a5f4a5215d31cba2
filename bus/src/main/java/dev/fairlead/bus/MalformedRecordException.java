package dev.fairlead.bus;

/// A record cannot be understood; it goes to the dead letters with this message as the reason.
public final class MalformedRecordException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// @param reason what is wrong with the record, in a few words
  public MalformedRecordException(String reason) {
    super(reason);
  }

  /// @param reason what is wrong with the record, in a few words
  /// @param cause what the decoder said
  public MalformedRecordException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
