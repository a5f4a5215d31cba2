package dev.fairlead.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// Messages as JSON, one to a text frame. A body that is JSON by type and by nature stands in the
/// frame as it is; any other is base64 text, marked by `props.enc`, which no [Message] ever
/// shows.
public final class JsonCodec implements MessageCodec {

  private static final byte[] HEADER_OPENING = ascii("{\"hdr\":");
  private static final byte[] BODY_OPENING = ascii(",\"body\":");
  private static final byte[] BODY_TEXT_OPENING = ascii(",\"body\":\"");
  private static final byte[] CLOSING = ascii("}");
  private static final byte[] TEXT_CLOSING = ascii("\"}");
  private static final int FRAME_BYTES_EXTRA = 20;

  private final ProtocolLimits limits;
  private final ProtocolLimits bodyLimits;
  private final JsonFactory factory;

  /// A codec with those limits.
  public JsonCodec(ProtocolLimits limits) {
    this.limits = limits;
    this.bodyLimits = limits.forBody();
    this.factory =
        JsonFactory.builder()
            // Names are a stranger's: not to be kept for the life of the JVM.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    // JsonReader counts depth itself, from the body on; this one is behind it.
                    .maxNestingDepth(limits.nestingDepthMax() + 3)
                    .maxStringLength(limits.messageBytesMax())
                    // The factory remembers names, thousands of them, whoever made them up.
                    .maxNameLength(bodyLimits.keyBytesMax())
                    .build())
            .build();
  }

  /// The frame as text.
  ///
  /// @throws ProtocolException as [#encode(Message)]
  public String encodeText(Message message) {
    return new String(encode(message), StandardCharsets.UTF_8);
  }

  /// The message of a text frame.
  ///
  /// @throws ProtocolException as [#decode(byte[])]
  public Message decode(String frame) {
    int bytes = Utf8.encodedLength(frame);
    if (bytes < 0) {
      throw ProtocolException.malformed("a surrogate stands alone");
    }
    limits.checkMessageBytes(bytes);
    return decode(frame.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public byte[] encode(Message message) {
    Body body = message.body();
    limits.checkMessageBytes(body.length());
    // What is no JSON stays base64 even if its type says JSON: nothing a body holds may act as a
    // part of the frame.
    boolean verbatim = body.isEmpty() || (isJson(message.contentType()) && isWellFormed(body));
    Header header = withEncoding(message.header(), verbatim);
    LimitCheck.check(header, limits);
    byte[] headerBytes = JsonValues.write(factory, out -> writeHeader(out, header));
    limits.checkHeaderBytes(headerBytes.length);
    return frame(headerBytes, verbatim ? body : base64(body), verbatim);
  }

  private byte[] frame(byte[] header, Body body, boolean verbatim) {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(header.length + body.length() + FRAME_BYTES_EXTRA);
    out.writeBytes(HEADER_OPENING);
    out.writeBytes(header);
    if (!body.isEmpty()) {
      out.writeBytes(verbatim ? BODY_OPENING : BODY_TEXT_OPENING);
      out.write(body.array(), body.offset(), body.length());
    }
    out.writeBytes(verbatim ? CLOSING : TEXT_CLOSING);
    limits.checkMessageBytes(out.size());
    return out.toByteArray();
  }

  private static Header withEncoding(Header header, boolean verbatim) {
    Header plain = header.withoutProp(NativeProtocol.PROP_ENCODING);
    return verbatim
        ? plain
        : plain.withProp(NativeProtocol.PROP_ENCODING, Value.of(NativeProtocol.ENCODING_BASE64));
  }

  /// Whether a media type says JSON (RFC 6839 §3.1), parameters aside.
  private static boolean isJson(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    String name = type.strip().toLowerCase(Locale.ROOT);
    return name.equals(Message.CONTENT_TYPE_DEFAULT) || name.endsWith("+json");
  }

  private boolean isWellFormed(Body body) {
    try {
      JsonReader.check(factory, body, bodyLimits);
      return true;
    } catch (ProtocolException e) {
      return false;
    }
  }

  private static Body base64(Body body) {
    return Body.of(Base64.getEncoder().encode(body.toByteArray()));
  }

  private static void writeHeader(JsonGenerator out, Header header) throws IOException {
    out.writeStartObject();
    out.writeNumberField(Keys.PROTO, header.proto());
    out.writeStringField(Keys.TYPE, header.type());
    if (header.sid().isPresent()) {
      out.writeStringField(Keys.SID, header.sid().get());
    }
    if (!header.props().isEmpty()) {
      out.writeFieldName(Keys.PROPS);
      JsonValues.write(out, new Value.MapValue(header.props()));
    }
    out.writeEndObject();
  }

  @Override
  public Message decode(byte[] frame) {
    limits.checkMessageBytes(frame.length);
    RawMessage raw = JsonReader.readMessage(factory, Body.of(frame), limits);
    Header header = raw.header();
    if (!header.props().containsKey(NativeProtocol.PROP_ENCODING)) {
      return new Message(header, raw.body());
    }
    requireBase64(header);
    Body body = raw.body().isEmpty() ? Body.EMPTY : unwrap(raw.body());
    return new Message(header.withoutProp(NativeProtocol.PROP_ENCODING), body);
  }

  private static void requireBase64(Header header) {
    if (!header
        .textProp(NativeProtocol.PROP_ENCODING)
        .equals(Optional.of(NativeProtocol.ENCODING_BASE64))) {
      throw ProtocolException.unsupported("props.enc is not base64");
    }
  }

  private Body unwrap(Body quoted) {
    // Looked at first, so that no tree is built of what is no text.
    if (quoted.array()[quoted.offset()] != '"') {
      throw ProtocolException.malformed("a base64 body is no text");
    }
    String text =
        JsonReader.readValue(factory, quoted, bodyLimits)
            .asText()
            .orElseThrow(() -> ProtocolException.malformed("a base64 body is no text"));
    try {
      return Body.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw ProtocolException.malformed("a base64 body is no base64");
    }
  }

  @Override
  public Body encodeValue(Value value) {
    LimitCheck.check(value, bodyLimits);
    byte[] bytes = JsonValues.write(factory, out -> JsonValues.write(out, value));
    limits.checkMessageBytes(bytes.length);
    return Body.of(bytes);
  }

  @Override
  public Value decodeValue(Body body) {
    limits.checkMessageBytes(body.length());
    return JsonReader.readValue(factory, body, bodyLimits);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
