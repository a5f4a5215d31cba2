package dev.fairlead.gateway.limit;

import dev.fairlead.bus.allowance.Bucket;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.SessionInput;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Takes what a device says at the pace that it and its tenant may have. Everything that was read
/// is taken; what is too much holds up the reading. A device that goes on and on is closed.
/// Confined to the session's context.
final class LimitedInput implements SessionInput {

  /// Shorter waits are not worth a timer; a little more is let through at once after them.
  private static final long WAIT_MILLIS_MIN = 50;

  /// After this it is reckoned anew: the pace may be another one by then.
  private static final long WAIT_MILLIS_MAX = 10_000;

  private final LimitedInputs inputs;
  private final DeviceSession session;
  private final SessionInput inner;
  private final TenantGate tenant;

  /// Since when the device is there: the lower bits of the milliseconds of the clock. After seven
  /// weeks they come again, and then the bucket begins less full than it could, never fuller.
  private final int sinceMillis;

  /// What the device has used of its pace; none as long as it has said nothing.
  private @Nullable Used used;

  /// The buckets of a device, and the pace at which they fill.
  private static final class Used {
    private final Bucket messages;
    private final Bucket bytes;
    private DevicePace pace;

    /// Whether the device is not read at the moment.
    private boolean waiting;

    /// Since when the device has been too fast, with no rest in between.
    private boolean excessive;

    private long excessSinceNanos;

    Used(DevicePace pace, long sinceNanos) {
      this.pace = pace;
      this.messages = new Bucket(pace.messages(), sinceNanos);
      this.bytes = new Bucket(pace.bytes(), sinceNanos);
    }

    void takeOver(DevicePace newPace, long now) {
      if (!newPace.equals(pace)) {
        pace = newPace;
        messages.rate(pace.messages(), now);
        bytes.rate(pace.bytes(), now);
      }
    }

    void exceeds(long now) {
      if (!excessive) {
        excessive = true;
        excessSinceNanos = now;
      }
    }

    void rests() {
      if (excessive && messages.isEasy() && bytes.isEasy()) {
        excessive = false;
      }
    }

    boolean exceededFor(long nanos, long now) {
      return excessive && now - excessSinceNanos > nanos;
    }
  }

  LimitedInput(
      LimitedInputs inputs,
      DeviceSession session,
      SessionInput inner,
      TenantGate tenant,
      long nowNanos) {
    this.inputs = inputs;
    this.session = session;
    this.inner = inner;
    this.tenant = tenant;
    this.sinceMillis = millis(nowNanos);
  }

  private static int millis(long nanos) {
    return (int) TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  @Override
  public void accept(byte[] frame) {
    inner.accept(frame);
    long now = inputs.nowNanos();
    Used own = used(now);
    tenant.count(frame.length);
    long messageWait = own.messages.spend(1, now);
    long byteWait = own.bytes.spend(frame.length, now);
    long tenantWait = tenant.waitNanos(now);
    if ((messageWait | byteWait | tenantWait) != 0) {
      slow(own, messageWait, byteWait, tenantWait, now);
    } else {
      own.rests();
    }
  }

  private Used used(long now) {
    Used own = used;
    if (own == null) {
      long silent = Integer.toUnsignedLong(millis(now) - sinceMillis);
      own = new Used(tenant.devicePace(), now - TimeUnit.MILLISECONDS.toNanos(silent));
      used = own;
    } else {
      own.takeOver(tenant.devicePace(), now);
    }
    return own;
  }

  private void slow(Used own, long messageWait, long byteWait, long tenantWait, long now) {
    if (own.waiting || !session.isLive()) {
      // What the socket had already read when it was told to stop.
      return;
    }
    long wait = Math.max(tenantWait, Math.max(messageWait, byteWait));
    if (messageWait > 0 || byteWait > 0) {
      inputs.hit(messageWait >= byteWait ? Limit.DEVICE_MESSAGES : Limit.DEVICE_BYTES);
      own.exceeds(now);
    } else {
      inputs.hit(tenant.overLimit());
    }
    if (wait > inputs.excessMaxNanos() || own.exceededFor(inputs.excessMaxNanos(), now)) {
      session.close(Ending.RATE);
      return;
    }
    own.waiting = true;
    session.hold(DeviceSession.Hold.PACE);
    goOnAfter(wait);
  }

  private void goOnAfter(long wait) {
    inputs.after(
        Math.clamp(TimeUnit.NANOSECONDS.toMillis(wait) + 1, WAIT_MILLIS_MIN, WAIT_MILLIS_MAX),
        () -> session.execute(this::goOn));
  }

  private void goOn() {
    if (!session.isLive()) {
      return;
    }
    long now = inputs.nowNanos();
    Used own = used(now);
    long wait =
        Math.max(
            tenant.waitNanos(now), Math.max(own.messages.debtNanos(now), own.bytes.debtNanos(now)));
    if (wait > inputs.excessMaxNanos()) {
      session.close(Ending.RATE);
    } else if (wait > 0) {
      goOnAfter(wait);
    } else {
      own.waiting = false;
      session.release(DeviceSession.Hold.PACE, inputs.nowMillis());
    }
  }

  @Override
  public void end() {
    inner.end();
  }
}
