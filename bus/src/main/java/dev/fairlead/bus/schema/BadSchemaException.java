package dev.fairlead.bus.schema;

/// A document that is no schema, or one that is not understood here.
public final class BadSchemaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Where it is wrong.
  private final String pointer;

  /// @param pointer where it is wrong: a JSON pointer into the document
  /// @param message what is wrong there; can follow the place and a colon
  public BadSchemaException(String pointer, String message) {
    super(message);
    this.pointer = pointer;
  }

  /// Where it is wrong and what, with bounds to be shown.
  public Violation violation() {
    return new Violation(pointer, String.valueOf(getMessage()));
  }
}
