package dev.fairlead.bus.access;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Optional;

/// What one part of a token says: its header, or its claims (RFC 7519 §4). Whoever made the token
/// chose every byte of it, so that a member may be missing, `null`, or of any type. Here it is of
/// the type that is asked for, or the token is bad.
///
/// Everything that is wrong with a token is an `IllegalArgumentException`, and nothing else is
/// thrown.
public final class Claims {

  /// The longest token that is looked at, in characters.
  public static final int TOKEN_LENGTH_MAX = 4096;

  /// The largest whole number that JSON can be relied on for (RFC 8259 §6). As a time in seconds,
  /// it can also be told in milliseconds.
  private static final long NUMBER_MAX = (1L << 53) - 1;

  private final JsonObject json;

  private Claims(JsonObject json) {
    this.json = json;
  }

  /// Reads a part of a token.
  ///
  /// @throws IllegalArgumentException when it is no JSON object in Base64
  static Claims of(String part) {
    try {
      return new Claims(new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(part))));
    } catch (DecodeException e) {
      throw new IllegalArgumentException("no JSON object", e);
    }
  }

  /// The claims of a token that may be genuine or not; empty when they cannot be read.
  public static Optional<Claims> unverified(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (token.length() > TOKEN_LENGTH_MAX || first < 0 || second < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(token.substring(first + 1, second)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Whether there is a member of that name, be it `null`.
  public boolean has(String name) {
    return json.containsKey(name);
  }

  /// A text.
  ///
  /// @throws IllegalArgumentException when there is none, or something else
  public String text(String name) {
    if (json.getValue(name) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("no text: " + name);
  }

  /// A text that may be left out, and may not be anything else.
  ///
  /// @throws IllegalArgumentException when there is something else, be it `null`
  public Optional<String> textIfAny(String name) {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  /// A whole number from 0 to 2^53 - 1.
  ///
  /// @throws IllegalArgumentException when there is none, or something else
  public long number(String name) {
    // Larger ones are read as other classes, and so are fractions.
    if (json.getValue(name) instanceof Number number
        && (number instanceof Integer || number instanceof Long)
        && number.longValue() >= 0
        && number.longValue() <= NUMBER_MAX) {
      return number.longValue();
    }
    throw new IllegalArgumentException("no number: " + name);
  }
}
