package dev.fairlead.agent.connection;

import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.GoAway;
import dev.fairlead.protocol.Header;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/// One session on one socket, from `hello` to its end. Runs on the connection's thread.
final class Session {

  private static final Logger LOG = System.getLogger(Session.class.getName());

  private static final Duration HELLO_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration KEEPALIVE_MIN = Duration.ofMillis(100);
  private static final Duration KEEPALIVE_MAX = Duration.ofHours(1);
  private static final Duration SILENCE_MARGIN = Duration.ofSeconds(1);

  private final Socket socket;
  private final MessageCodec codec;
  private final SessionHandler handler;
  private final TokenSource tokens;
  private Optional<Duration> reconnectAfter = Optional.empty();
  private boolean garbageSeen;

  Session(Socket socket, MessageCodec codec, SessionHandler handler, TokenSource tokens) {
    this.socket = socket;
    this.codec = codec;
    this.handler = handler;
    this.tokens = tokens;
  }

  /// The gateway's first message.
  ///
  /// @throws DialException if it does not come in time: then there never was a session
  Hello awaitHello() throws DialException, InterruptedException {
    long deadline = System.nanoTime() + HELLO_TIMEOUT.toNanos();
    while (true) {
      switch (socket.next(Duration.ofNanos(deadline - System.nanoTime()))) {
        case null -> throw new DialException(new Ending.Lost("no hello"));
        case Event.Received received -> {
          Optional<Hello> hello = hello(received.message());
          socket.readOn();
          if (hello.isPresent()) {
            return hello.get();
          }
        }
        case Event.Garbage garbage -> skip(garbage);
        case Event.Closed closed -> throw new DialException(ending(closed));
        case Event.Failed failed -> throw new DialException(lost(failed.reason()));
      }
    }
  }

  private static Optional<Hello> hello(Message message) {
    Header header = message.header();
    if (header.proto() != NativeProtocol.PROTO_CONTROL
        || !header.type().equals(NativeProtocol.TYPE_HELLO)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Hello.from(message));
    } catch (ProtocolException e) {
      return Optional.empty();
    }
  }

  /// Handles what comes until the session ends. Pings twice in a keepalive, so that neither side
  /// ever takes the other for silent while the network is well.
  Ending converse(Hello hello) throws InterruptedException {
    Duration keepalive = clamp(hello.keepalive());
    Duration pingEvery = keepalive.dividedBy(2);
    Duration silenceMax = keepalive.plus(pingEvery).plus(SILENCE_MARGIN);
    long pingAt = System.nanoTime() + pingEvery.toNanos();
    while (true) {
      Event event = socket.next(Duration.ofNanos(pingAt - System.nanoTime()));
      switch (event) {
        case null -> {}
        case Event.Received received -> handle(received.message());
        case Event.Garbage garbage -> skip(garbage);
        case Event.Closed closed -> {
          return ending(closed);
        }
        case Event.Failed failed -> {
          return lost(failed.reason());
        }
      }
      if (socket.silence().compareTo(silenceMax) > 0) {
        return lost("silent for longer than " + silenceMax);
      }
      if (System.nanoTime() - pingAt >= 0) {
        socket.ping();
        pingAt = System.nanoTime() + pingEvery.toNanos();
      }
    }
  }

  private static Duration clamp(Duration keepalive) {
    if (keepalive.compareTo(KEEPALIVE_MIN) < 0) {
      return KEEPALIVE_MIN;
    }
    return keepalive.compareTo(KEEPALIVE_MAX) > 0 ? KEEPALIVE_MAX : keepalive;
  }

  private void handle(Message message) {
    try {
      boolean understood =
          message.header().proto() == NativeProtocol.PROTO_CONTROL
              ? control(message)
              : handler.received(message);
      if (!understood) {
        refuse(message.header(), "not known here: " + message.header().type());
      }
    } catch (ProtocolException e) {
      refuse(message.header(), String.valueOf(e.getMessage()));
    }
    socket.readOn();
  }

  private boolean control(Message message) {
    switch (message.header().type()) {
      case NativeProtocol.TYPE_PING -> socket.send(Messages.pong());
      case NativeProtocol.TYPE_CREDENTIAL -> {
        Optional<String> token = message.header().textProp(NativeProtocol.PROP_TOKEN);
        return token.isPresent() ? tokens.take(token.get()) : handler.received(message);
      }
      case NativeProtocol.TYPE_GOAWAY -> reconnectAfter(GoAway.from(message));
      case NativeProtocol.TYPE_ERROR ->
          LOG.log(
              Level.WARNING,
              "the gateway refused a message: {0}",
              ControlError.from(message, codec).text());
      case NativeProtocol.TYPE_PONG, NativeProtocol.TYPE_HELLO -> {}
      default -> {
        return false;
      }
    }
    return true;
  }

  private void reconnectAfter(GoAway goAway) {
    LOG.log(Level.INFO, "the gateway will close: {0}", goAway.reason());
    reconnectAfter = Optional.of(goAway.reconnectAfter());
  }

  /// Says that a message was of no use; never in answer to an error, or two peers could go on for
  /// ever.
  private void refuse(Header header, String text) {
    if (header.proto() != NativeProtocol.PROTO_CONTROL
        || !header.type().equals(NativeProtocol.TYPE_ERROR)) {
      socket.send(ControlError.about(header, text).toMessage(codec));
    }
  }

  private void skip(Event.Garbage garbage) {
    if (!garbageSeen) {
      LOG.log(Level.WARNING, "the gateway sent what is no message: {0}", garbage.reason());
    }
    garbageSeen = true;
    socket.readOn();
  }

  private Ending ending(Event.Closed closed) {
    String reason = "closed " + closed.code() + " " + closed.reason();
    return switch (closed.code()) {
      case NativeProtocol.CLOSE_REPLACED -> new Ending.Replaced(reason);
      case NativeProtocol.CLOSE_REVOKED -> new Ending.Refused(reason);
      case NativeProtocol.CLOSE_TRY_LATER, NativeProtocol.CLOSE_RATE ->
          new Ending.Later(reason, reconnectAfter);
      default -> lost(reason);
    };
  }

  private Ending lost(String reason) {
    return reconnectAfter.isPresent()
        ? new Ending.Later(reason, reconnectAfter)
        : new Ending.Lost(reason);
  }
}
