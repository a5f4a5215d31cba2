package dev.fairlead.gateway.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {

  private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
  private static final int BYTES_MAX = 100_000;

  private final FrameReader reader = new FrameReader();
  private final List<String> heard = new ArrayList<>();

  private final FrameReader.Frames frames =
      new FrameReader.Frames() {
        @Override
        public void frame(Opcode opcode, boolean last, byte[] payload) {
          heard.add(said(opcode, last, payload));
        }

        @Override
        public void broken(int code) {
          heard.add("broken " + code);
        }
      };

  private static String said(Opcode opcode, boolean last, byte[] payload) {
    return opcode + (last ? " last " : " ") + HexFormat.of().formatHex(payload);
  }

  private void bring(byte[] bytes) {
    reader.add(ALLOCATOR, ALLOCATOR.buffer(Math.max(1, bytes.length)).writeBytes(bytes));
    boolean more = true;
    while (more) {
      more = reader.next(BYTES_MAX, frames);
    }
  }

  private static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes.replace(" ", ""));
  }

  /// What Netty's client would send.
  private static byte[] sent(WebSocketFrame... all) {
    EmbeddedChannel client = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
    client.writeOutbound((Object[]) all);
    ByteBuf bytes = Unpooled.buffer();
    for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
      bytes.writeBytes(part);
      part.release();
    }
    client.finishAndReleaseAll();
    return ByteBufUtil.getBytes(bytes);
  }

  private static WebSocketFrame frame(Opcode opcode, boolean last, byte[] payload) {
    ByteBuf bytes = Unpooled.wrappedBuffer(payload);
    return switch (opcode) {
      case TEXT -> new TextWebSocketFrame(last, 0, bytes);
      case BINARY -> new BinaryWebSocketFrame(last, 0, bytes);
      case CONTINUATION -> new ContinuationWebSocketFrame(last, 0, bytes);
      case PING -> new PingWebSocketFrame(bytes);
      case PONG -> new PongWebSocketFrame(bytes);
      case CLOSE -> new CloseWebSocketFrame(last, 0, bytes);
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatClientsSendHoweverItIsCut(long seed) {
    // Given
    Random random = new Random(seed);
    List<WebSocketFrame> all = new ArrayList<>();
    List<String> wanted = new ArrayList<>();
    boolean within = false;
    for (int i = 0; i < 60; i++) {
      boolean control = random.nextInt(4) == 0;
      boolean last = control || random.nextBoolean();
      Opcode opcode = Opcode.CONTINUATION;
      if (control) {
        opcode = random.nextBoolean() ? Opcode.PING : Opcode.PONG;
      } else if (!within) {
        opcode = random.nextBoolean() ? Opcode.TEXT : Opcode.BINARY;
      }
      within = control ? within : !last;
      int[] lengths = {0, 1, 7, 8, 9, 125, 126, 127, 1_000, 65_535, 65_536, 70_000};
      byte[] payload = new byte[lengths[random.nextInt(control ? 6 : lengths.length)]];
      random.nextBytes(payload);
      all.add(frame(opcode, last, payload));
      wanted.add(said(opcode, last, payload));
    }
    byte[] bytes = sent(all.toArray(WebSocketFrame[]::new));

    // When
    int at = 0;
    while (at < bytes.length) {
      int length =
          Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 9_000));
      byte[] part = new byte[length];
      System.arraycopy(bytes, at, part, 0, length);
      bring(part);
      at += length;
    }

    // Then
    assertThat(heard).isEqualTo(wanted);
  }

  @ParameterizedTest(name = "{1}: {0}")
  @CsvSource({
    "8100, not masked, 1002",
    "c18000000000, a reserved bit, 1002",
    "a18000000000, a reserved bit, 1002",
    "918000000000, a reserved bit, 1002",
    "838000000000, an unknown opcode, 1002",
    "8b8000000000, an unknown control opcode, 1002",
    "098000000000, a control frame in pieces, 1002",
    "89fe007e00000000, a control frame too long, 1002",
    "808000000000, continues nothing, 1002",
    "01800000000081800000, a message within a message, 1002",
    "81fe007d00000000, a length in more bytes than needed, 1002",
    "81ff000000000000ffff00000000, a length in more bytes than needed, 1002",
    "81ff800000000000000000000000, a negative length, 1002",
    "81ff00000000000186a100000000, beyond the bound, 1009",
    "88810000000003, a close code of one byte, 1002",
    "88820000000003ed, a close code that is not for the wire, 1002",
    "88840000000003e8c328, a reason that is not UTF-8, 1007",
  })
  void stopsAtWhatBreaksTheRules(String bytes, String what, int code) {
    // When
    bring(hex(bytes));
    bring(sent(frame(Opcode.TEXT, true, "later".getBytes(UTF_8))));

    // Then
    assertThat(heard).as(what).last().isEqualTo("broken " + code);
    assertThat(heard)
        .noneMatch(each -> each.contains(HexFormat.of().formatHex("later".getBytes(UTF_8))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "03e8", "03e8 676f", "0bb8"})
  void readsNothingAfterACloseFrame(String payload) {
    // When
    bring(
        sent(
            frame(Opcode.CLOSE, true, hex(payload)),
            frame(Opcode.TEXT, true, "later".getBytes(UTF_8))));

    // Then
    assertThat(heard).containsExactly(said(Opcode.CLOSE, true, hex(payload)));
  }

  @Test
  void keepsNothingOnceAllIsRead() {
    // Given
    byte[] bytes = sent(frame(Opcode.TEXT, true, "whole".getBytes(UTF_8)));
    ByteBuf whole = ALLOCATOR.buffer().writeBytes(bytes);
    ByteBuf part = ALLOCATOR.buffer().writeBytes(bytes, 0, 4);

    // When
    reader.add(ALLOCATOR, whole);
    boolean read = reader.next(BYTES_MAX, frames);
    reader.add(ALLOCATOR, part);
    boolean readMore = reader.next(BYTES_MAX, frames);
    int held = part.refCnt();
    reader.stop();

    // Then
    assertThat(read).isTrue();
    assertThat(whole.refCnt()).isZero();
    assertThat(readMore).isFalse();
    assertThat(held).isOne();
    assertThat(part.refCnt()).isZero();
  }

  @Test
  void keepsTheBeginningOfAFrameWithoutTheBufferIntoWhichItWasRead() {
    // Given
    byte[] bytes = sent(frame(Opcode.TEXT, true, "whole".getBytes(UTF_8)));
    ByteBuf large = ALLOCATOR.buffer(65_536).writeBytes(bytes, 0, 4);

    // When
    reader.add(ALLOCATOR, large);
    boolean read = reader.next(BYTES_MAX, frames);
    reader.shrink();
    int held = large.refCnt();
    bring(Arrays.copyOfRange(bytes, 4, bytes.length));

    // Then
    assertThat(read).isFalse();
    assertThat(held).isZero();
    assertThat(heard).containsExactly(said(Opcode.TEXT, true, "whole".getBytes(UTF_8)));
  }

  private static Stream<WebSocketFrame> asClientsRead(ByteBuf... written) {
    EmbeddedChannel client =
        new EmbeddedChannel(
            new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(false)
                    .maxFramePayloadLength(BYTES_MAX)
                    .build()));
    client.writeInbound((Object[]) written);
    Stream.Builder<WebSocketFrame> all = Stream.builder();
    for (WebSocketFrame frame = client.readInbound(); frame != null; frame = client.readInbound()) {
      all.add(frame);
    }
    return all.build();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 90_000})
  void writesWhatClientsRead(int length) {
    // Given
    byte[] payload = new byte[length];
    new Random(length).nextBytes(payload);

    // When
    List<WebSocketFrame> read =
        asClientsRead(
                FrameWriter.frame(ALLOCATOR, Opcode.BINARY, payload),
                FrameWriter.frame(ALLOCATOR, Opcode.PING, new byte[0]))
            .toList();

    // Then
    assertThat(read).hasSize(2);
    assertThat(read.getFirst()).isInstanceOf(BinaryWebSocketFrame.class);
    assertThat(read.getFirst().isFinalFragment()).isTrue();
    assertThat(ByteBufUtil.getBytes(read.getFirst().content())).isEqualTo(payload);
    assertThat(read.getLast()).isInstanceOf(PingWebSocketFrame.class);
  }

  @Test
  void cutsAReasonThatDoesNotFitBetweenCharacters() {
    // When
    List<WebSocketFrame> read =
        asClientsRead(FrameWriter.close(ALLOCATOR, 4001, "x" + "é".repeat(100))).toList();

    // Then
    assertThat(read)
        .singleElement()
        .isInstanceOfSatisfying(
            CloseWebSocketFrame.class,
            close -> {
              assertThat(close.statusCode()).isEqualTo(4001);
              assertThat(close.reasonText()).isEqualTo("x" + "é".repeat(61));
            });
  }
}
