package dev.fairlead.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/// A server that says back what it hears, and pings. The token is that of all devices.
final class EchoWire implements Wire {

  private final String token;

  EchoWire(String token) {
    this.token = token;
  }

  @Override
  public String path() {
    return "/";
  }

  @Override
  public Optional<String> subprotocol() {
    return Optional.empty();
  }

  @Override
  public HttpHeaders headers(String credential) {
    return Wire.super.headers(credential).set("Authorization", "Bearer " + token);
  }

  @Override
  public Optional<ByteBuf> opening(String credential, Heard heard) {
    heard.greeted();
    return Optional.empty();
  }

  @Override
  public ByteBuf event(long number) {
    return Unpooled.buffer(EVENT_BYTES).writeLong(number).writeZero(EVENT_BYTES - Long.BYTES);
  }

  @Override
  public void read(ByteBuf said, Heard heard) {
    heard.acknowledged((int) (said.readLong() % REMAINDERS));
  }
}
