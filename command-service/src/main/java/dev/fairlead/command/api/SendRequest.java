package dev.fairlead.command.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.command.lifecycle.Order;
import dev.fairlead.command.lifecycle.Payload;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// The body of a request to send a command.
///
/// @param kind what is to be done
/// @param body the parameters: a JSON value, byte for byte as it stands in the request, of which
///     null counts as none; or the bytes of base64 text
/// @param order when it is to be sent
/// @param deadline as it was written
/// @param notifying whether its end is told in the change feed
/// @param correlation by which its sender knows it again; nothing is done by it
public record SendRequest(
    String kind,
    Optional<Payload> body,
    Order order,
    Optional<String> deadline,
    boolean notifying,
    Optional<String> correlation) {

  /// What bytes are when nothing else is said of them.
  private static final String BYTES = "application/octet-stream";

  /// What the members say, as they come.
  private static final class Members {
    private String kind = "";
    private Optional<byte[]> body = Optional.empty();
    private Optional<String> bodyText = Optional.empty();
    private boolean isBase64;
    private Optional<String> contentType = Optional.empty();
    private Optional<String> deadline = Optional.empty();
    private boolean ordered = true;
    private int priority = Order.PRIORITY_DEFAULT;
    private Optional<String> supersedes = Optional.empty();
    private boolean notifying;
    private Optional<String> correlation = Optional.empty();

    private void take(String name, JsonToken value, JsonParser parser, byte[] document)
        throws IOException {
      switch (name) {
        case "kind" -> kind = parser.getText();
        case "deadline" ->
            deadline =
                value == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(parser.getText());
        case "order" -> ordered = parser.getText().equals("ordered");
        case "priority" -> priority = parser.getIntValue();
        case "supersedes" -> supersedes = Optional.of(parser.getText());
        case "notify" -> notifying = parser.getBooleanValue();
        case "correlation" -> correlation = Optional.of(parser.getText());
        case "enc" -> isBase64 = true;
        case "contentType" -> contentType = Optional.of(parser.getText());
        case "body" -> {
          if (value != JsonToken.VALUE_NULL) {
            body = Optional.of(slice(document, parser));
            bodyText =
                value == JsonToken.VALUE_STRING ? Optional.of(parser.getText()) : Optional.empty();
          }
        }
        default -> parser.skipChildren();
      }
    }

    private SendRequest request() {
      return new SendRequest(
          kind,
          payload(),
          new Order(ordered, priority, supersedes),
          deadline,
          notifying,
          correlation);
    }

    private Optional<Payload> payload() {
      if (isBase64) {
        byte[] bytes =
            bodyText
                .flatMap(Members::decoded)
                .orElseThrow(() -> CommandProblems.invalid("/body", "with enc it is base64 text"));
        return Optional.of(new Payload(contentType.orElse(BYTES), bytes));
      }
      if (contentType.isPresent()) {
        throw CommandProblems.invalid("/contentType", "it goes with enc: all else is JSON");
      }
      return body.map(bytes -> new Payload(Payload.JSON, bytes));
    }

    private static Optional<byte[]> decoded(String text) {
      try {
        return Optional.of(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }

  /// Reads a document that is known to match the contract.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `malformed-json`, or `validation-failed`
  ///     for bytes that are none
  public static SendRequest read(byte[] document) {
    Members members = new Members();
    try (JsonParser parser = Json.mapper().getFactory().createParser(document)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        members.take(name, parser.nextToken(), parser, document);
      }
    } catch (IOException e) {
      throw Problem.of(ProblemType.MALFORMED_JSON, "The body cannot be read as JSON.").exception();
    }
    SendRequest request = members.request();
    if (request.body().map(body -> body.bytes().length).orElse(0) > Payload.BYTES_MAX) {
      throw Problem.of(
              ProblemType.PAYLOAD_TOO_LARGE,
              "The body of a command is " + Payload.BYTES_MAX + " bytes at the most.")
          .exception();
    }
    return request;
  }

  /// The bytes of the value that the parser stands at.
  private static byte[] slice(byte[] document, JsonParser parser) throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    if (start < 0) {
      // The parser counts bytes in UTF-8 only, and other encodings are not JSON (RFC 8259 §8.1).
      throw Problem.of(ProblemType.MALFORMED_JSON, "The body must be in UTF-8.").exception();
    }
    parser.finishToken();
    parser.skipChildren();
    return Arrays.copyOfRange(
        document,
        Math.toIntExact(start),
        Math.toIntExact(parser.currentLocation().getByteOffset()));
  }
}
