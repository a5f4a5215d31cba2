package dev.fairlead.endtoend.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Requests that no decent client sends.
public final class RawHttp {

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");
  private static final String END_OF_HEADER = "\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 20_000;

  private RawHttp() {}

  /// Sends a request and returns all of the answer, as text; one without a length is read until the
  /// server closes.
  ///
  /// @param lines the request line and the header lines
  public static String exchange(int port, String... lines) {
    return sent(port, String.join("\r\n", lines) + "\r\nHost: localhost" + END_OF_HEADER);
  }

  /// The same with a body of JSON.
  public static String send(int port, String requestLine, String body) {
    return sent(
        port,
        requestLine
            + "\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + body.getBytes(StandardCharsets.ISO_8859_1).length
            + END_OF_HEADER
            + body);
  }

  private static String sent(int port, String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return answer(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String answer(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (true) {
      String text = read.toString(StandardCharsets.UTF_8);
      int header = text.indexOf(END_OF_HEADER);
      Matcher length = LENGTH.matcher(text);
      if (header >= 0
          && length.find()
          && read.size() >= header + END_OF_HEADER.length() + Integer.parseInt(length.group(1))) {
        return text;
      }
      int next = in.read();
      if (next < 0) {
        return text;
      }
      read.write(next);
    }
  }
}
