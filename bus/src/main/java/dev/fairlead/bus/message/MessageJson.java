package dev.fairlead.bus.message;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;

/// The JSON of the services' own messages. Unknown properties are passed over, so that a newer
/// service can tell an older one more than it understands.
final class MessageJson {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private MessageJson() {}

  static byte[] write(Object document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JacksonException e) {
      throw new IllegalStateException("a message that cannot be written", e);
    }
  }

  /// @throws MalformedRecordException when the body is no such document
  static <T> T read(ReceivedRecord record, Class<T> type) {
    try {
      T document = MAPPER.readValue(record.requiredValue(), type);
      if (document == null) {
        throw new MalformedRecordException("the body is null");
      }
      return document;
    } catch (JacksonException e) {
      throw new MalformedRecordException(
          "the body is no " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
    } catch (java.io.IOException e) {
      throw new MalformedRecordException("the body cannot be read", e);
    }
  }

  /// Runs a decoder and turns the complaint of a value's constructor into one about the record.
  static <T> T decode(java.util.function.Supplier<T> decoder) {
    try {
      return decoder.get();
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
    }
  }
}
