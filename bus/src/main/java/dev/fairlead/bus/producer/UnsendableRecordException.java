package dev.fairlead.bus.producer;

import java.io.Serial;

/// The bus will never take this record: it is too large, or addressed to a partition that its topic
/// did not have when the producer was made.
public final class UnsendableRecordException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /// Has no stack trace: devices can bring it about.
  UnsendableRecordException(String reason) {
    super(reason, null, false, false);
  }
}
