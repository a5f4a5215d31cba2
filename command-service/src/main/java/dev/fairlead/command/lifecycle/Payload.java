package dev.fairlead.command.lifecycle;

import java.util.Arrays;

/// A body with its type, passed on untouched.
///
/// @param contentType a media type
/// @param bytes not copied: they must not change any more
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Payload(String contentType, byte[] bytes) {

  /// The content type of JSON.
  public static final String JSON = "application/json";

  /// The most bytes of a command's body and of a result's.
  public static final int BYTES_MAX = 256 * 1024;

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload payload
        && contentType.equals(payload.contentType)
        && Arrays.equals(bytes, payload.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * contentType.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return contentType + ", " + bytes.length + " bytes";
  }
}
