package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.gateway.admission.DeviceCredential;
import java.util.Optional;

/// One device's connection, from the handshake to the end. Confined to the connection's context,
/// but for what says otherwise; others reach it through [#execute].
public final class DeviceSession {

  /// Where a session stands; it only ever moves on.
  private enum State {
    /// The bus does not have it yet; nothing is read.
    OPENING,
    /// The device is heard and spoken to.
    LIVE,
    /// Over; the socket may still be closing.
    CLOSED
  }

  /// Why a device is not read.
  public enum Hold {
    /// The bus does not take what it brought.
    BUS(1),
    /// It or its tenant was faster than allowed.
    PACE(2);

    private final byte bit;

    Hold(int bit) {
      this.bit = (byte) bit;
    }
  }

  /// Is told of a session's end, once.
  @FunctionalInterface
  interface EndListener {
    void ended(DeviceSession session, Ending ending);
  }

  /// What all sessions of a gateway have in common.
  ///
  /// @param queueBytesMax how much may wait to be sent to one device
  record Shared(EndListener endListener, long queueBytesMax) {}

  private static final Epoch NOWHERE = new Epoch(0, 0);

  /// The bits of its id, which take 80 bytes more as text.
  private final long idFirst;

  private final int idRest;
  private final DeviceCredential credential;
  private final DeviceWire wire;
  private final DeviceSocket socket;
  private final SessionInput input;
  private final Shared shared;

  private State state = State.OPENING;
  private Epoch epoch = NOWHERE;
  private boolean placed;
  private Ending ending = Ending.CLOSED;

  // Written on the connection's context or by the sweep, read by the other.
  private volatile long lastSeenMillis;
  private volatile long lastPingMillis;
  private volatile boolean opening = true;
  private volatile boolean held;

  /// The bits of what is in the way of reading; a set would be an object for each device.
  private byte holds;

  DeviceSession(
      long idFirst,
      int idRest,
      DeviceCredential credential,
      DeviceWire wire,
      DeviceSocket socket,
      InputFactory inputs,
      Shared shared,
      long nowMillis) {
    this.idFirst = idFirst;
    this.idRest = idRest;
    this.credential = credential;
    this.wire = wire;
    this.socket = socket;
    this.shared = shared;
    this.lastSeenMillis = nowMillis;
    this.lastPingMillis = nowMillis;
    this.input = inputs.inputOf(this);
  }

  /// Makes the input of a session.
  @FunctionalInterface
  public interface InputFactory {
    /// The input of a session that is being made: it may keep it, and must not use it yet.
    SessionInput inputOf(DeviceSession session);
  }

  /// The session's id. Any thread.
  public SessionId id() {
    return SessionId.of(idFirst, idRest);
  }

  /// Whose session it is. Any thread.
  public DeviceKey device() {
    return credential.device();
  }

  /// What the device came in with. Any thread.
  public DeviceCredential credential() {
    return credential;
  }

  /// What the device speaks. Any thread.
  public DeviceWire wire() {
    return wire;
  }

  /// Where the device comes from. Any thread.
  public String remoteAddress() {
    return socket.remoteAddress();
  }

  /// The session's place among those of its device, once it is live.
  public Epoch epoch() {
    return epoch;
  }

  /// Whether the device is heard and spoken to.
  public boolean isLive() {
    return state == State.LIVE;
  }

  /// Whether the session is over.
  public boolean isClosed() {
    return state == State.CLOSED;
  }

  /// Runs a task on the connection's context. Any thread.
  public void execute(Runnable task) {
    socket.execute(task);
  }

  /// Takes a frame of the device.
  public void received(byte[] frame, long nowMillis) {
    lastSeenMillis = nowMillis;
    if (state == State.LIVE) {
      input.accept(frame);
    }
  }

  /// The device showed life without saying anything.
  public void seen(long nowMillis) {
    lastSeenMillis = nowMillis;
  }

  /// The connection is gone, whoever ended it.
  public void socketClosed() {
    end(Ending.CLOSED);
  }

  /// The bus has the session, or has it anew: this is its epoch from now on.
  void placed(Epoch newEpoch) {
    epoch = newEpoch;
    placed = true;
  }

  /// Whether the session has a place on the bus, be it live or over.
  Optional<Epoch> place() {
    return placed ? Optional.of(epoch) : Optional.empty();
  }

  /// How the session ended, once it has.
  Ending ending() {
    return ending;
  }

  /// The session lives: the device is told so by `hello`, and is read from now on.
  void live(byte[] hello, long nowMillis) {
    state = State.LIVE;
    opening = false;
    lastSeenMillis = nowMillis;
    socket.send(hello);
    socket.resumeReading();
  }

  /// Whether a frame fits beside what the device has not read yet.
  public boolean hasRoom(byte[] frame) {
    return socket.queuedBytes() + frame.length <= shared.queueBytesMax();
  }

  /// Sends a frame to the device. One that does not read what it is sent is closed.
  ///
  /// @return whether the frame is on its way
  public boolean send(byte[] frame) {
    if (state != State.LIVE) {
      return false;
    }
    if (!hasRoom(frame)) {
      close(Ending.SLOW_READER);
      return false;
    }
    socket.send(frame);
    return true;
  }

  /// Stops reading.
  public void hold(Hold why) {
    holds = (byte) (holds | why.bit);
    held = true;
    socket.pauseReading();
  }

  /// Reads again after [#hold], once nothing else is in the way.
  public void release(Hold why, long nowMillis) {
    // It was we who did not listen.
    lastSeenMillis = nowMillis;
    holds = (byte) (holds & ~why.bit);
    if (holds == 0) {
      held = false;
      socket.resumeReading();
    }
  }

  /// Closes the session; without effect on one that is over.
  public void close(Ending why) {
    if (end(why)) {
      socket.close(why.code(), why.text());
    }
  }

  /// Cuts the connection of a session that is over and whose peer does not close.
  void abort() {
    socket.abort();
  }

  private boolean end(Ending why) {
    if (state == State.CLOSED) {
      return false;
    }
    state = State.CLOSED;
    ending = why;
    input.end();
    shared.endListener().ended(this, why);
    return true;
  }

  void ping(long nowMillis) {
    if (state != State.CLOSED) {
      lastPingMillis = nowMillis;
      socket.ping();
    }
  }

  /// When the device was last heard. Any thread.
  long lastSeenMillis() {
    return lastSeenMillis;
  }

  /// When the device was last pinged. Any thread.
  long lastPingMillis() {
    return lastPingMillis;
  }

  /// Whether the bus does not have the session yet. Any thread.
  boolean isOpening() {
    return opening;
  }

  /// Whether it is we who do not read. Any thread.
  boolean isHeld() {
    return held;
  }
}
