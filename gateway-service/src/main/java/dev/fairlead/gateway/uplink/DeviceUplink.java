package dev.fairlead.gateway.uplink;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.producer.BusFullException;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.Said;
import dev.fairlead.gateway.session.SessionInput;
import dev.fairlead.runtime.tracing.TraceSpan;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The way of one device's words to the bus. Confined to the session's context, but for [#wake].
final class DeviceUplink implements SessionInput {

  private final Uplink uplink;
  private final DeviceSession session;

  /// None before the first: there are devices that never say anything.
  private @Nullable Acknowledgements acknowledgements;

  /// What could not be placed, oldest first; none while everything could. It is one record, but for
  /// what the socket had already read when it was told to stop.
  private @Nullable ArrayDeque<Pending> pending;

  private record Pending(
      DeviceMessage.Type type, Optional<String> ackId, BusRecord record, TraceSpan span) {}

  DeviceUplink(Uplink uplink, DeviceSession session) {
    this.uplink = uplink;
    this.session = session;
  }

  @Override
  public void accept(byte[] frame) {
    switch (session.wire().read(frame)) {
      case Said.Event event -> take(event);
      case Said.CertificateRequest request -> take(request);
      case Said.Ask ask -> session.send(ask.answer());
      case Said.Quiet _ -> {
        // It was seen to be alive, and that is all.
      }
      case Said.Unknown unknown -> {
        uplink.countRefused(unknown.reason());
        session.send(unknown.answer());
      }
      case Said.Malformed malformed -> {
        uplink.countRefused("malformed");
        session.close(Ending.refused(malformed.closeCode(), malformed.reason()));
      }
    }
  }

  @Override
  public void end() {
    ArrayDeque<Pending> waiting = pending;
    if (waiting != null) {
      for (Pending each : waiting) {
        uplink.held().release(each.record().sizeBytes());
        each.span().failed("the session ended before the bus had it").end();
      }
      pending = null;
    }
  }

  private void take(Said.CertificateRequest request) {
    switch (uplink.certificateRequests().judge(session, request)) {
      case CertificateRequests.Verdict.PassedOn passed -> take(passed.event());
      case CertificateRequests.Verdict.Refused refused -> {
        uplink.countRefused(refused.word());
        session
            .wire()
            .requestRefused(request.requestId(), refused.code(), refused.text())
            .ifPresent(session::send);
      }
    }
  }

  private void take(Said.Event event) {
    uplink.count(event.type());
    TraceSpan span = uplink.span(session, event);
    var next =
        new Pending(event.type(), event.ackId(), recordOf(event).tracedBy(span.context()), span);
    if (pending != null || !isPlaced(next)) {
      hold(next);
    }
  }

  private BusRecord recordOf(Said.Event event) {
    BusRecord record =
        new DeviceMessage(
                event.type(),
                session.device(),
                session.id(),
                session.epoch(),
                event.timeMillis().orElseGet(uplink::nowMillis),
                event.correlation(),
                event.status(),
                event.reason(),
                event.contentType(),
                event.body())
            .toRecord();
    return event.headers().isEmpty() ? record : with(record, event);
  }

  private static BusRecord with(BusRecord record, Said.Event event) {
    Map<String, String> headers = new HashMap<>(record.headers());
    headers.putAll(event.headers());
    return BusRecord.keyed(record.topic(), record.key(), headers, event.body());
  }

  /// Gives a record to the bus; whether the bus takes it.
  private boolean isPlaced(Pending next) {
    Future<Position> sent = uplink.laneOf(next.type()).send(next.record());
    if (sent.failed() && sent.cause() instanceof BusFullException) {
      return false;
    }
    // Not the record: there may be tens of thousands under way.
    Optional<String> ackId = next.ackId();
    TraceSpan span = next.span();
    sent.onComplete(placed -> ended(placed.succeeded(), ackId, span));
    return true;
  }

  private void ended(boolean isAcknowledged, Optional<String> ackId, TraceSpan span) {
    if (isAcknowledged) {
      uplink.countAcknowledged();
      ackId.ifPresent(this::acknowledge);
      span.end();
    } else {
      span.failed("the bus refused it").end();
      session.close(Ending.BUS_AWAY);
    }
  }

  private void acknowledge(String id) {
    Acknowledgements all = acknowledgements;
    if (all == null) {
      all = new Acknowledgements(session);
      acknowledgements = all;
    }
    all.add(id);
  }

  private void hold(Pending next) {
    if (!uplink.held().tryAcquire(next.record().sizeBytes())) {
      next.span().failed("there is no room to hold it").end();
      session.close(Ending.BUS_AWAY);
      return;
    }
    ArrayDeque<Pending> waiting = pending;
    if (waiting != null) {
      waiting.addLast(next);
      return;
    }
    waiting = new ArrayDeque<>(1);
    waiting.addLast(next);
    pending = waiting;
    session.hold(DeviceSession.Hold.BUS);
    uplink.laneOf(next.type()).await(this, false);
  }

  /// There may be room now. From any thread.
  void wake() {
    session.execute(this::tryAgain);
  }

  private void tryAgain() {
    ArrayDeque<Pending> waiting = pending;
    if (waiting == null) {
      // Over in the meantime: the next one may have the turn. The lane is not known any more.
      uplink.bulkHasRoom();
      uplink.repliesHaveRoom();
      return;
    }
    Pending first = waiting.getFirst();
    Lane lane = uplink.laneOf(first.type());
    if (!isPlaced(first)) {
      lane.await(this, true);
      return;
    }
    if (pending == null) {
      // It failed at once, and with it the session ended.
      lane.wakeNext();
      return;
    }
    waiting.removeFirst();
    uplink.held().release(first.record().sizeBytes());
    Pending second = waiting.peekFirst();
    if (second == null) {
      pending = null;
      session.release(DeviceSession.Hold.BUS, uplink.nowMillis());
    } else {
      uplink.laneOf(second.type()).await(this, false);
    }
    lane.wakeNext();
  }
}
