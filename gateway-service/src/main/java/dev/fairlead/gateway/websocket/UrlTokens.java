package dev.fairlead.gateway.websocket;

import dev.fairlead.protocol.NativeProtocol;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/// Takes tokens out of the URLs of handshakes before anybody sees them: a device that can hold only
/// a URL says `/connect?token=…` or `/connect/…`, and from here on it is as if it had sent a
/// header.
///
/// Vert.x keeps the URL of a request in several objects and offers no way to make it forget. A
/// header, in contrast, can be taken away. And a URL that has no token stands in no log and in no
/// answer.
///
/// One instance serves all connections. Each lets go of it when it becomes a WebSocket.
@ChannelHandler.Sharable
public final class UrlTokens extends ChannelInboundHandlerAdapter {

  private static final String NAME = "fairlead-url-tokens";
  private static final String PATH_TOKEN = NativeProtocol.PATH + '/';
  private static final String QUERY_TOKEN = NativeProtocol.QUERY_TOKEN + '=';

  /// What a token can consist of (RFC 6750 §2.1), and what a header may hold.
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]+");

  /// Begins to watch a connection that has just been made, on its event loop.
  public void watch(HttpConnection connection) {
    ChannelHandlerContext server = ((HttpServerConnection) connection).channelHandlerContext();
    server.pipeline().addBefore(server.name(), NAME, this);
  }

  /// Lets go of a connection that speaks HTTP no more.
  static void leave(ChannelPipeline pipeline) {
    if (pipeline.context(NAME) != null) {
      pipeline.remove(NAME);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request && request.uri().startsWith(NativeProtocol.PATH)) {
      strip(request);
    }
    context.fireChannelRead(message);
  }

  private static void strip(HttpRequest request) {
    String uri = request.uri();
    int mark = uri.indexOf('?');
    String path = mark < 0 ? uri : uri.substring(0, mark);
    String query = mark < 0 ? "" : uri.substring(mark + 1);
    boolean inPath = path.startsWith(PATH_TOKEN) && path.length() > PATH_TOKEN.length();
    if (!inPath && !(path.equals(NativeProtocol.PATH) && query.contains(QUERY_TOKEN))) {
      return;
    }
    Optional<String> token = Optional.empty();
    StringJoiner rest = new StringJoiner("&");
    for (String part : query.split("&", -1)) {
      if (!part.startsWith(QUERY_TOKEN)) {
        rest.add(part);
      } else if (token.isEmpty()) {
        token = decoded(part.substring(QUERY_TOKEN.length()));
      }
    }
    if (token.isEmpty() && inPath) {
      token = decoded(path.substring(PATH_TOKEN.length()));
    }
    request.setUri(NativeProtocol.PATH + (rest.length() == 0 ? "" : "?" + rest));
    if (!request.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
      token.ifPresent(
          text -> request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + text));
    }
  }

  private static Optional<String> decoded(String text) {
    try {
      return Optional.of(QueryStringDecoder.decodeComponent(text))
          .filter(token -> TOKEN.matcher(token).matches());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
