package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.admission.Admission;
import dev.fairlead.gateway.admission.ConnectionCounts;
import dev.fairlead.gateway.admission.Presented;
import dev.fairlead.gateway.admission.ProxySettings;
import dev.fairlead.gateway.session.LastSession;
import dev.fairlead.gateway.session.SessionLifecycle;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.ContextInternal;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door of the native protocol, `/connect`: everything that can be refused is refused before
/// the upgrade. May be used on any event loop.
public final class ConnectDoor implements Handler<HttpServerRequest> {

  /// The path of the door.
  public static final String PATH = NativeProtocol.PATH;

  private static final Logger log = LoggerFactory.getLogger(ConnectDoor.class);

  private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol";
  private static final String VERSION = "Sec-WebSocket-Version";
  private static final String KEY = "Sec-WebSocket-Key";
  private static final String VERSION_13 = "13";
  private static final String BEARER = "bearer ";

  /// How long the rest of a request that was refused may take.
  private static final long HANG_UP_SECONDS = 1;

  private final Map<WireFormat, NativeWire> wires = new EnumMap<>(WireFormat.class);
  private final DeviceChannel.Shared shared;
  private final Callers callers;
  private final HandshakeQueue queue;
  private final Admission admission;
  private final SessionLifecycle lifecycle;
  private final Problems problems;

  /// @param traced whether it is looked at which traces messages are steps of
  public ConnectDoor(
      ProtocolLimits limits,
      boolean traced,
      ProxySettings proxies,
      Admission admission,
      SessionLifecycle lifecycle,
      Problems problems,
      MeterRegistry meters,
      InstantSource clock) {
    this.shared =
        new DeviceChannel.Shared(limits.messageBytesMax(), clock, lifecycle::socketClosed);
    this.callers = new Callers(proxies, meters);
    this.queue = new HandshakeQueue(meters, System::nanoTime);
    this.admission = admission;
    this.lifecycle = lifecycle;
    this.problems = problems;
    for (WireFormat format : WireFormat.values()) {
      wires.put(format, new NativeWire(format, limits, traced));
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    Optional<Problem> unfit = unfit(request);
    if (unfit.isPresent()) {
      answer(request, admission.refuse("no-upgrade", unfit.get()));
      return;
    }
    Optional<NativeWire> wire = wireOf(request);
    if (wire.isEmpty()) {
      answer(
          request,
          admission.refuse(
              "subprotocol",
              Problem.of(
                  ProblemType.UNSUPPORTED_SUBPROTOCOL,
                  "Offer the subprotocol %s or %s."
                      .formatted(
                          NativeProtocol.SUBPROTOCOL_MESSAGE_PACK,
                          NativeProtocol.SUBPROTOCOL_JSON))));
      return;
    }
    Callers.Caller caller = callers.of(request);
    switch (admission.enter(caller.address())) {
      case Admission.Entry.Shut shut -> answer(request, shut.problem());
      case Admission.Entry.Entered entered -> queue(request, wire.get(), caller, entered.place());
    }
  }

  private void queue(
      HttpServerRequest request,
      NativeWire wire,
      Callers.Caller caller,
      ConnectionCounts.Place place) {
    ContextInternal context = loop();
    EventLoop loop = context.nettyEventLoop();
    if (queue.hasRoom(loop)) {
      queue.take(
          loop,
          request::pause,
          () -> context.dispatch(request, due -> decide(due, wire, caller, place)));
    } else {
      place.release();
      answer(request, admission.busy(queue.appointment(loop)));
    }
  }

  private void decide(
      HttpServerRequest request,
      NativeWire wire,
      Callers.Caller caller,
      ConnectionCounts.Place place) {
    if (request.response().closed()) {
      // Whoever it was has given up.
      place.release();
      return;
    }
    Presented presented =
        new Presented(tokenOf(request), () -> callers.certificatesOf(request, caller));
    switch (admission.decide(caller.address(), presented, place)) {
      case Admission.Decision.Refused refused -> {
        if (refused.last()) {
          hangUpAfterAnswer(request);
        }
        answer(request, refused.problem());
      }
      case Admission.Decision.Admitted admitted -> {
        boolean begun = false;
        try {
          upgrade(request, wire, caller.address(), admitted);
          begun = true;
        } finally {
          if (!begun) {
            admitted.place().release();
          }
        }
      }
    }
  }

  /// What has been sent behind the request already is not looked at any more, either.
  private static void hangUpAfterAnswer(HttpServerRequest request) {
    if (request.connection() instanceof HttpServerConnection connection) {
      LingeringClose.on(connection.channelHandlerContext().pipeline());
    }
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    var _ = request.connection().shutdown(HANG_UP_SECONDS, TimeUnit.SECONDS);
  }

  /// Never with the request's own path, where a token may have been that was none.
  private void answer(HttpServerRequest request, Problem problem) {
    // It waited, perhaps.
    request.resume();
    problems.answer(request, problem.at(PATH));
  }

  private void upgrade(
      HttpServerRequest request,
      NativeWire wire,
      String address,
      Admission.Decision.Admitted admitted) {
    Optional<LastSession> last =
        first(
                request.getHeader(NativeProtocol.HEADER_LAST_SESSION),
                request.getParam(NativeProtocol.QUERY_LAST_SESSION))
            .flatMap(LastSession::parse);
    ContextInternal loop = loop();
    // Chosen here and not by the server, which may be shared with others.
    request.response().putHeader(SUBPROTOCOL, wire.name());
    HttpConnection http = request.connection();
    request
        .toWebSocket()
        .onSuccess(
            socket ->
                loop.dispatch(
                    socket,
                    upgraded ->
                        NativeConnection.begin(
                            http, upgraded, loop, wire, shared, address, admitted, last,
                            lifecycle)))
        .onFailure(
            cause -> {
              admitted.place().release();
              log.atDebug().setCause(cause).log("upgrade failed");
            });
  }

  /// The loop's own context: the request's would keep the request.
  private static ContextInternal loop() {
    ContextInternal context = ContextInternal.current();
    if (context == null) {
      throw new IllegalStateException("requests are handled on an event loop");
    }
    return context.unwrap();
  }

  /// What is wrong with a request that is no opening handshake (RFC 6455 §4.2.1).
  private static Optional<Problem> unfit(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET)
        || !hasWord(request.getHeader(HttpHeaders.UPGRADE), "websocket")
        || !hasWord(request.getHeader(HttpHeaders.CONNECTION), "upgrade")
        || text(request.getHeader(KEY)).isEmpty()) {
      return Optional.of(Problem.of(ProblemType.BAD_REQUEST, "This is the door for WebSockets."));
    }
    if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        || !text(request.getHeader(HttpHeaders.CONTENT_LENGTH)).matches("0*")) {
      return Optional.of(Problem.of(ProblemType.BAD_REQUEST, "A handshake has no body."));
    }
    if (!text(request.getHeader(VERSION)).equals(VERSION_13)) {
      return Optional.of(
          Problem.of(ProblemType.BAD_REQUEST, "Only version 13 of WebSocket is spoken.")
              .withHeader(VERSION, VERSION_13));
    }
    return Optional.empty();
  }

  /// The wire of the first subprotocol offered that is known.
  private Optional<NativeWire> wireOf(HttpServerRequest request) {
    for (String offers : request.headers().getAll(SUBPROTOCOL)) {
      for (String offer : offers.split(",", -1)) {
        Optional<WireFormat> format = WireFormat.ofSubprotocol(offer.strip());
        if (format.isPresent()) {
          return format.map(wires::get);
        }
      }
    }
    return Optional.empty();
  }

  /// The token, which is in the header also where the device had it in its URL ([UrlTokens]). It is
  /// taken out: what is left of the request has no use for it.
  private static Optional<String> tokenOf(HttpServerRequest request) {
    String authorization = text(request.getHeader(HttpHeaders.AUTHORIZATION));
    request.headers().remove(HttpHeaders.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? Optional.of(authorization.substring(BEARER.length()).strip())
        : Optional.empty();
  }

  private static boolean hasWord(@Nullable String header, String word) {
    return text(header).toLowerCase(Locale.ROOT).contains(word);
  }

  private static Optional<String> first(@Nullable String header, @Nullable String parameter) {
    return Optional.ofNullable(header).or(() -> Optional.ofNullable(parameter));
  }

  private static String text(@Nullable String header) {
    return header == null ? "" : header;
  }
}
