package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/// A WebSocket client without manners: it sends whatever bytes it is given.
final class RawSocket implements AutoCloseable {

  static final int FINAL = 0x80;
  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;

  static final int PING = 0x9;
  static final int PONG = 0xa;

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int SMALL_BUFFER_BYTES = 4_096;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private long sentBytes;
  private long receivedBytes;

  /// A frame of the server.
  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Frame(int opcode, byte[] payload) {
    int closeCode() {
      return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    }
  }

  /// A client that the server can send little to before it reads.
  static RawSocket withSmallBuffer(int port, String token, String subprotocol) throws IOException {
    var small = new Socket();
    small.setReceiveBufferSize(SMALL_BUFFER_BYTES);
    return new RawSocket(connected(small, port), token, subprotocol, "");
  }

  /// A client on a connection that is there.
  ///
  /// @param more lines of the request's header, each with its end
  static RawSocket over(Socket connected, String token, String subprotocol, String more)
      throws IOException {
    return new RawSocket(connected, token, subprotocol, more);
  }

  RawSocket(int port, String token, String subprotocol) throws IOException {
    this(connected(new Socket(), port), token, subprotocol, "");
  }

  private static Socket connected(Socket unconnected, int port) throws IOException {
    unconnected.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return unconnected;
  }

  private RawSocket(Socket connected, String token, String subprotocol, String more)
      throws IOException {
    socket = connected;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    String request =
        """
        GET /connect HTTP/1.1\r
        Host: localhost\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: %s\r
        Authorization: Bearer %s\r
        %s\r
        """
            .formatted(subprotocol, token, more);
    send(request.getBytes(ISO_8859_1));
    String status = line();
    if (!status.contains("101")) {
      throw new IOException(status);
    }
    while (!line().isEmpty()) {
      // Headers of no interest.
    }
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      line.write(b);
    }
    receivedBytes += line.size() + 1;
    return line.toString(ISO_8859_1).strip();
  }

  /// A masked frame whose mask is zero, so that the payload is what it is.
  static byte[] frame(int first, byte[] payload) {
    return frame(first, payload.length, payload, true);
  }

  static byte[] frame(int first, long announced, byte[] payload, boolean masked) {
    var frame = new ByteArrayOutputStream();
    int mask = masked ? 0x80 : 0;
    frame.write(first);
    if (announced < 126) {
      frame.write(mask | (int) announced);
    } else if (announced <= 0xffff) {
      frame.write(mask | 126);
      frame.write((int) (announced >>> 8));
      frame.write((int) announced);
    } else {
      frame.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame.write((int) (announced >>> shift));
      }
    }
    if (masked) {
      frame.writeBytes(new byte[4]);
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  void send(byte[]... frames) throws IOException {
    for (byte[] frame : frames) {
      out.write(frame);
      sentBytes += frame.length;
    }
    out.flush();
  }

  /// The server's next frame; empty at the end of the connection.
  Optional<Frame> next() throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    int length = in.readUnsignedByte();
    receivedBytes += 2;
    if (length == 126) {
      length = in.readUnsignedShort();
      receivedBytes += 2;
    } else if (length == 127) {
      length = (int) in.readLong();
      receivedBytes += 8;
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    receivedBytes += length;
    return Optional.of(new Frame(first & 0xf, payload));
  }

  /// How many bytes were sent until now, the handshake's among them.
  long sentBytes() {
    return sentBytes;
  }

  /// How many bytes of the server were read until now, the handshake's among them.
  long receivedBytes() {
    return receivedBytes;
  }

  /// The code of the close frame that comes at last; -1 if the connection ends without one.
  int closeCode() throws IOException {
    for (Optional<Frame> frame = next(); frame.isPresent(); frame = next()) {
      if (frame.get().opcode() == CLOSE) {
        return frame.get().closeCode();
      }
    }
    return -1;
  }

  /// Ends the connection without a word.
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
