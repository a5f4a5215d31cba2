package dev.fairlead.endtoend.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A server of DNS that knows IPv4 addresses of some names (RFC 1035), on a free port of the
/// loopback.
public final class NameServer implements AutoCloseable {

  private static final int HEADER_BYTES = 12;
  private static final int QUERY_BYTES_MAX = 1_500;
  private static final int TYPE_A = 1;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramSocket socket;
  private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();

  public NameServer() {
    try {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("name-server").start(this::serve);
  }

  /// Has a name mean these addresses from now on.
  public NameServer with(String name, String... numbers) {
    addresses.put(name, List.of(numbers));
    return this;
  }

  /// Where it is asked, as `address:port`.
  public String place() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private void serve() {
    byte[] buffer = new byte[QUERY_BYTES_MAX];
    while (!socket.isClosed()) {
      try {
        DatagramPacket query = new DatagramPacket(buffer, buffer.length);
        socket.receive(query);
        byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private byte[] answer(byte[] query) throws IOException {
    StringBuilder name = new StringBuilder();
    int at = HEADER_BYTES;
    while (query[at] != 0) {
      name.append(name.isEmpty() ? "" : ".")
          .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
      at += query[at] + 1;
    }
    int endOfQuestion = at + 5;
    List<String> known = addresses.get(name.toString().toLowerCase(Locale.ROOT));
    List<String> given = known == null || query[at + 2] != TYPE_A ? List.of() : known;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(query, 0, 2);
    out.write(0x81);
    out.write(0x80 | (known == null ? NO_SUCH_NAME : 0));
    out.writeBytes(new byte[] {0, 1, 0, (byte) given.size(), 0, 0, 0, 0});
    out.write(query, HEADER_BYTES, endOfQuestion - HEADER_BYTES);
    for (String address : given) {
      // The name of the question, A, IN, good for a second.
      out.writeBytes(new byte[] {(byte) 0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4});
      out.writeBytes(InetAddress.ofLiteral(address).getAddress());
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
