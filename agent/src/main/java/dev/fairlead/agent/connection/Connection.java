package dev.fairlead.agent.connection;

import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Connects, holds the session, and connects again, until it is closed. One virtual thread does
/// it all; sending is for any thread.
public final class Connection implements Transmitter, AutoCloseable {

  private static final Logger LOG = System.getLogger(Connection.class.getName());
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);

  private final ConnectionSettings settings;
  private final LastSession lastSession;
  private final Dialer dialer;
  private final ReconnectDelay delay;

  private volatile @Nullable Thread thread;

  /// The socket of a session that stands.
  private volatile @Nullable Socket current;

  private volatile boolean closed;

  /// A connection that [#start] begins.
  public Connection(ConnectionSettings settings, LastSession lastSession) {
    this(settings, lastSession, Optional.empty(), new ReconnectDelay(RandomGenerator.getDefault()));
  }

  /// The same with parts that come from outside.
  ///
  /// @param shared makes the sockets and is left open; whom it trusts is its own affair
  /// @param delay of this connection alone
  public Connection(
      ConnectionSettings settings,
      LastSession lastSession,
      Optional<HttpClient> shared,
      ReconnectDelay delay) {
    this.settings = settings;
    this.lastSession = lastSession;
    this.delay = delay;
    this.dialer = new Dialer(settings, lastSession, shared);
  }

  /// Begins to connect; to be called once.
  public void start(SessionHandler handler) {
    thread = Thread.ofVirtual().name("agent-connection").start(() -> run(handler));
  }

  /// Whether a session stands.
  public boolean isOpen() {
    return current != null;
  }

  @Override
  public Transmission send(Message message) {
    Socket socket = current;
    return socket == null ? Transmission.NOT_CONNECTED : socket.send(message);
  }

  private void run(SessionHandler handler) {
    try {
      while (!closed) {
        Ended ended = tryOnce(handler);
        Duration wait = delay.next(ended.ending(), ended.lasted());
        LOG.log(
            Level.INFO,
            "not connected: {0}; next try in {1} ms",
            ended.ending().reason(),
            wait.toMillis());
        Thread.sleep(wait);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "connection closed");
    }
  }

  /// Nothing that goes wrong in a session may end the connecting.
  private Ended tryOnce(SessionHandler handler) throws InterruptedException {
    try {
      return connectOnce(handler);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a session broke", e);
      return new Ended(new Ending.Lost("the agent failed"), Duration.ZERO);
    }
  }

  /// How a try ended, and how long its session stood.
  private record Ended(Ending ending, Duration lasted) {}

  private Ended connectOnce(SessionHandler handler) throws InterruptedException {
    try (Socket socket = dialer.dial()) {
      Session session = new Session(socket, dialer.codec(), handler, settings.token());
      return hold(socket, session, session.awaitHello(), handler);
    } catch (DialException e) {
      if (e.ending() instanceof Ending.Refused) {
        settings.token().refused();
      }
      return new Ended(e.ending(), Duration.ZERO);
    }
  }

  private Ended hold(Socket socket, Session session, Hello hello, SessionHandler handler)
      throws InterruptedException {
    long opened = System.nanoTime();
    lastSession.remember(hello);
    socket.limit(
        Math.clamp(
            hello.limits().getOrDefault(Hello.LIMIT_MESSAGE_BYTES, Long.MAX_VALUE),
            1,
            Integer.MAX_VALUE));
    LOG.log(Level.INFO, "connected to {0}, session {1}", dialer.url(), hello.sessionId());
    current = socket;
    try {
      handler.opened();
      Ending ending = afresh(session.converse(hello));
      return new Ended(ending, Duration.ofNanos(System.nanoTime() - opened));
    } finally {
      current = null;
      handler.closed();
    }
  }

  /// A credential that is refused while a newer one lies ready is no reason to stay away.
  private Ending afresh(Ending ending) {
    return ending instanceof Ending.Refused refused && settings.token().isChanged()
        ? new Ending.Lost(refused.reason())
        : ending;
  }

  /// Ends the session, if there is one, and stops connecting. Takes a few seconds at the most.
  @Override
  public void close() {
    closed = true;
    Socket socket = current;
    if (socket != null) {
      socket.close();
    }
    Thread started = thread;
    if (started != null) {
      started.interrupt();
      try {
        boolean _ = started.join(JOIN_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    dialer.close();
  }
}
