package dev.fairlead.command.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// The body of a request to send a command.
///
/// @param kind what is to be done
/// @param body the parameters, byte for byte as they stand in the request; a JSON null counts as
///     none
/// @param deadline as it was written
record SendRequest(String kind, Optional<Payload> body, Optional<String> deadline) {

  /// Reads a document that is known to match the contract.
  static SendRequest read(byte[] document) {
    String kind = "";
    Optional<Payload> body = Optional.empty();
    Optional<String> deadline = Optional.empty();
    try (JsonParser parser = Json.mapper().getFactory().createParser(document)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        switch (name) {
          case "kind" -> kind = parser.getText();
          case "deadline" ->
              deadline =
                  value == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(parser.getText());
          case "body" ->
              body =
                  value == JsonToken.VALUE_NULL
                      ? Optional.empty()
                      : Optional.of(new Payload(Payload.JSON, slice(document, parser)));
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw Problem.of(ProblemType.MALFORMED_JSON, "The body cannot be read as JSON.").exception();
    }
    return new SendRequest(kind, body, deadline);
  }

  /// The bytes of the value that the parser stands at.
  private static byte[] slice(byte[] document, JsonParser parser) throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    if (start < 0) {
      // Not in UTF-8, where alone the parser counts bytes: the same value in UTF-8.
      return Json.write(parser.readValueAsTree());
    }
    parser.finishToken();
    parser.skipChildren();
    return Arrays.copyOfRange(
        document,
        Math.toIntExact(start),
        Math.toIntExact(parser.currentLocation().getByteOffset()));
  }
}
