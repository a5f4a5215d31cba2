package dev.fairlead.protocol;

import org.jspecify.annotations.Nullable;

/// Messages as MessagePack, one to a binary frame. Widths of integers and floats survive decoding
/// and encoding; `proto` is written as 0xcd, which is what Go's peers expect.
public final class MessagePackCodec implements MessageCodec {

  private static final int HEADER_BYTES_TYPICAL = 160;

  private final ProtocolLimits limits;
  private final ProtocolLimits bodyLimits;

  /// A codec with those limits.
  public MessagePackCodec(ProtocolLimits limits) {
    this.limits = limits;
    this.bodyLimits = limits.forBody();
  }

  @Override
  public byte[] encode(Message message) {
    Body body = message.body();
    limits.checkMessageBytes(body.length());
    LimitCheck.check(message.header(), limits);
    MessagePackWriter out = new MessagePackWriter(body.length() + HEADER_BYTES_TYPICAL);
    out.writeMapHeader(body.isEmpty() ? 1 : 2);
    out.writeText(Keys.HEADER);
    int start = out.size();
    writeHeader(out, message.header());
    limits.checkHeaderBytes(out.size() - start);
    if (!body.isEmpty()) {
      out.writeText(Keys.BODY);
      out.writeBytes(body);
    }
    limits.checkMessageBytes(out.size());
    return out.toByteArray();
  }

  private static void writeHeader(MessagePackWriter out, Header header) {
    boolean hasProps = !header.props().isEmpty();
    out.writeMapHeader(2 + (header.sid().isPresent() ? 1 : 0) + (hasProps ? 1 : 0));
    out.writeText(Keys.PROTO);
    out.writeInt(header.proto(), IntFormat.UINT16);
    out.writeText(Keys.TYPE);
    out.writeText(header.type());
    header
        .sid()
        .ifPresent(
            sid -> {
              out.writeText(Keys.SID);
              out.writeText(sid);
            });
    if (hasProps) {
      out.writeText(Keys.PROPS);
      out.writeMap(header.props());
    }
  }

  @Override
  public Message decode(byte[] frame) {
    limits.checkMessageBytes(frame.length);
    MessagePackReader in = new MessagePackReader(frame, 0, frame.length, limits);
    @Nullable Header header = null;
    @Nullable Body body = null;
    for (int left = in.readMapHeader(); left > 0; left--) {
      switch (in.readKey()) {
        case Keys.HEADER -> {
          Keys.requireFirst(header);
          header = in.within(limits.headerBytesMax(), this::readHeader);
        }
        case Keys.BODY -> {
          Keys.requireFirst(body);
          body = in.readBody();
        }
        default -> in.skip(1);
      }
    }
    in.requireEnd();
    if (header == null) {
      throw ProtocolException.malformed("hdr is missing");
    }
    return new Message(header, body == null ? Body.EMPTY : body);
  }

  private Header readHeader(MessagePackReader in) {
    HeaderFields fields = new HeaderFields();
    for (int left = in.readMapHeader(); left > 0; left--) {
      String key = in.readKey();
      if (HeaderFields.knows(key)) {
        fields.put(key, in.readValue(0));
      } else {
        in.skip(1);
      }
    }
    return fields.toHeader();
  }

  @Override
  public Body encodeValue(Value value) {
    LimitCheck.check(value, bodyLimits);
    MessagePackWriter out = new MessagePackWriter(HEADER_BYTES_TYPICAL);
    out.writeValue(value);
    limits.checkMessageBytes(out.size());
    return Body.of(out.toByteArray());
  }

  @Override
  public Value decodeValue(Body body) {
    limits.checkMessageBytes(body.length());
    MessagePackReader in =
        new MessagePackReader(body.array(), body.offset(), body.length(), bodyLimits);
    Value value = in.readValue(0);
    in.requireEnd();
    return value;
  }
}
