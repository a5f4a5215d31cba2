package dev.fairlead.command.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.http.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// A body as a member of a document: a JSON value as it came, or base64 text for everything else,
/// also for what only claims to be JSON.
///
/// @param value what Jackson writes
/// @param enc `base64` where it is such text
record BodyValue(Object value, Optional<String> enc) {

  static BodyValue of(Payload payload) {
    return json(payload)
        .map(text -> new BodyValue(new RawValue(text), Optional.empty()))
        .orElseGet(
            () ->
                new BodyValue(
                    Base64.getEncoder().encodeToString(payload.bytes()), Optional.of("base64")));
  }

  private static Optional<String> json(Payload payload) {
    if (!payload.contentType().equals(Payload.JSON)) {
      return Optional.empty();
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload.bytes())).toString();
      return isOneValue(text) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isOneValue(String text) {
    try (JsonParser parser = Json.mapper().getFactory().createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return false;
      }
      parser.finishToken();
      if (first.isStructStart()) {
        parser.skipChildren();
      }
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
