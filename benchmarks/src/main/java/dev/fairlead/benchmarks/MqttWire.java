package dev.fairlead.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// MQTT 3.1.1: each event is published with QoS 1 to a topic that nobody reads, and acknowledged by
/// PUBACK; the device pings. The credential is the client's id; user and password are those of all.
final class MqttWire implements Wire {

  private static final byte[] TOPIC = "devices/telemetry".getBytes(StandardCharsets.US_ASCII);
  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PUBLISH_QOS_1 = 0x32;
  private static final int PUBACK = 0x40;
  private static final int PINGREQ = 0xC0;
  private static final int LEVEL_3_1_1 = 4;
  private static final int USER_PASSWORD_CLEAN = 0b1100_0010;
  private static final int KEEPALIVE_SECONDS = 60;
  private static final int PACKET_IDS = 32 * REMAINDERS;
  private static final int SEVEN_BITS = 0x7F;

  private final String password;

  MqttWire(String password) {
    this.password = password;
  }

  @Override
  public String path() {
    return "/mqtt";
  }

  @Override
  public Optional<String> subprotocol() {
    return Optional.of("mqtt");
  }

  @Override
  public Optional<ByteBuf> opening(String clientId, Heard heard) {
    ByteBuf content = Unpooled.buffer();
    text(content, "MQTT");
    content.writeByte(LEVEL_3_1_1).writeByte(USER_PASSWORD_CLEAN).writeShort(KEEPALIVE_SECONDS);
    text(content, clientId);
    text(content, Peer.USER);
    text(content, password);
    return Optional.of(packet(CONNECT, content));
  }

  private static void text(ByteBuf to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    to.writeShort(bytes.length).writeBytes(bytes);
  }

  private static ByteBuf packet(int type, ByteBuf content) {
    ByteBuf packet = Unpooled.buffer(content.readableBytes() + Integer.BYTES).writeByte(type);
    int length = content.readableBytes();
    while (length > SEVEN_BITS) {
      packet.writeByte((length & SEVEN_BITS) | (SEVEN_BITS + 1));
      length >>>= 7;
    }
    return packet.writeByte(length).writeBytes(content);
  }

  @Override
  public ByteBuf event(long number) {
    ByteBuf content = Unpooled.buffer(Short.BYTES + TOPIC.length + Short.BYTES + EVENT_BYTES);
    content.writeShort(TOPIC.length).writeBytes(TOPIC);
    content.writeShort((int) (number % PACKET_IDS) + 1);
    content.writeZero(EVENT_BYTES);
    return packet(PUBLISH_QOS_1, content);
  }

  @Override
  public Optional<ByteBuf> beat() {
    return Optional.of(packet(PINGREQ, Unpooled.EMPTY_BUFFER));
  }

  @Override
  public void read(ByteBuf said, Heard heard) {
    while (said.isReadable()) {
      int type = said.readUnsignedByte();
      int length = said.readUnsignedByte();
      if (length > SEVEN_BITS || length > said.readableBytes()) {
        throw new IllegalStateException("not an answer to what was said");
      }
      ByteBuf content = said.readSlice(length);
      if (type == PUBACK) {
        heard.acknowledged((content.readUnsignedShort() - 1) % REMAINDERS);
      } else if (type == CONNACK) {
        if (content.getByte(1) != 0) {
          throw new IllegalStateException("refused with " + content.getByte(1));
        }
        heard.greeted();
      }
    }
  }
}
