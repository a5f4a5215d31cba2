package dev.fairlead.gateway.uplink;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.gateway.session.BusWriter;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Said;
import dev.fairlead.gateway.session.SessionInput;
import dev.fairlead.runtime.tracing.TraceSpan;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/// The way of all devices' words to the bus. While the bus takes nothing, each device is read until
/// it brings a record that cannot be placed; that one is held, within a budget for all, and only
/// that device waits. Safe for all threads.
public final class Uplink {

  private final Lane bulk;
  private final Lane replies;
  private final CertificateRequests certificateRequests;
  private final HeldBytes held;
  private final Tracing tracing;
  private final InstantSource clock;
  private final Map<DeviceMessage.Type, Counter> events = new EnumMap<>(DeviceMessage.Type.class);
  private final Counter acknowledged;
  private final MeterRegistry meters;

  /// @param bulk takes telemetry and events
  /// @param replies takes answers to commands
  /// @param certificateRequests judges those
  /// @param heldBytesMax how much may be held for all devices together
  public Uplink(
      BusWriter bulk,
      BusWriter replies,
      CertificateRequests certificateRequests,
      long heldBytesMax,
      Tracing tracing,
      InstantSource clock,
      MeterRegistry meters) {
    this.bulk = new Lane(bulk);
    this.replies = new Lane(replies);
    this.certificateRequests = certificateRequests;
    this.held = new HeldBytes(heldBytesMax);
    this.tracing = tracing;
    this.clock = clock;
    this.meters = meters;
    this.acknowledged = meters.counter("gateway.acks");
    for (DeviceMessage.Type type : DeviceMessage.Type.values()) {
      events.put(type, meters.counter("gateway.events", "type", type.word()));
    }
    Gauge.builder("gateway.held.sockets", this, Uplink::waitingCount)
        .description("Devices that wait until the bus takes what they brought")
        .register(meters);
    Gauge.builder("gateway.held.bytes", held, HeldBytes::used)
        .description("Memory of what the bus does not take at the moment")
        .register(meters);
  }

  /// The way of one session's words.
  public SessionInput inputOf(DeviceSession session) {
    return new DeviceUplink(this, session);
  }

  /// The producer of telemetry and events has room again.
  public void bulkHasRoom() {
    bulk.wake();
  }

  /// The producer of replies has room again.
  public void repliesHaveRoom() {
    replies.wake();
  }

  /// Whether devices wait for the bus.
  public boolean isCongested() {
    return waitingCount() > 0;
  }

  Lane laneOf(DeviceMessage.Type type) {
    return type.topic() == Topic.REPLIES ? replies : bulk;
  }

  CertificateRequests certificateRequests() {
    return certificateRequests;
  }

  HeldBytes held() {
    return held;
  }

  /// The step of passing something on: of the trace that the device named, else the first of one of
  /// its own, but for a reply, which belongs to the trace of its command or to none.
  TraceSpan span(DeviceSession session, Said.Event event) {
    if (!tracing.isOn()) {
      return TraceSpan.NONE;
    }
    String name = "pass on " + event.type().word();
    TraceSpan span =
        event.type().topic() == Topic.REPLIES
            ? tracing.follow(TraceSpan.Kind.PRODUCER, name, event.trace())
            : tracing.start(TraceSpan.Kind.PRODUCER, name, event.trace());
    if (span.context().isEmpty()) {
      return span;
    }
    if (event.type().topic() == Topic.REPLIES) {
      event.correlation().ifPresent(id -> span.with(TraceSpan.COMMAND, id));
    }
    return span.with(TraceSpan.DEVICE, session.device().toString());
  }

  long nowMillis() {
    return clock.millis();
  }

  void count(DeviceMessage.Type type) {
    Counter counter = events.get(type);
    if (counter != null) {
      counter.increment();
    }
  }

  void countAcknowledged() {
    acknowledged.increment();
  }

  /// Counts a frame that nothing came of.
  void countRefused(String reason) {
    meters.counter("gateway.messages.refused", "reason", reason).increment();
  }

  private int waitingCount() {
    return bulk.waitingCount() + replies.waitingCount();
  }
}
