package dev.fairlead.benchmarks;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Header;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/// That of our own gateway, as MessagePack: each event has an id, and the gateway pings.
final class NativeWire implements Wire {

  private static final MessageCodec CODEC = WireFormat.MESSAGE_PACK.codec(ProtocolLimits.DEFAULT);
  private static final Body READING =
      Body.utf8("{\"value\":\"" + "x".repeat(EVENT_BYTES - 12) + "\"}");

  @Override
  public String path() {
    return "/connect";
  }

  @Override
  public Optional<String> subprotocol() {
    return Optional.of(NativeProtocol.SUBPROTOCOL_MESSAGE_PACK);
  }

  @Override
  public HttpHeaders headers(String token) {
    return Wire.super.headers(token).set("Authorization", "Bearer " + token);
  }

  @Override
  public Optional<ByteBuf> opening(String token, Heard heard) {
    return Optional.empty();
  }

  @Override
  public ByteBuf event(long number) {
    return Unpooled.wrappedBuffer(
        CODEC.encode(Messages.telemetry(READING).withId(Long.toString(number))));
  }

  @Override
  public void read(ByteBuf said, Heard heard) {
    Message message = CODEC.decode(ByteBufUtil.getBytes(said));
    Header header = message.header();
    if (header.proto() == NativeProtocol.PROTO_DATA
        && header.type().equals(NativeProtocol.TYPE_ACK)) {
      for (String id : Messages.acknowledgedIds(message)) {
        heard.acknowledged((int) (Long.parseLong(id) % REMAINDERS));
      }
    } else if (header.proto() == NativeProtocol.PROTO_CONTROL
        && header.type().equals(NativeProtocol.TYPE_HELLO)) {
      heard.greeted();
    }
  }
}
