package dev.fairlead.command.dispatch;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.producer.BusFullException;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.session.LiveSession;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TraceSpan;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes sendings to the inboxes of gateways, after their commit. What the bus does not take
/// stays due: at once when its budget is used up, else when the lease ends.
public final class CommandSender {

  private static final Logger log = LoggerFactory.getLogger(CommandSender.class);

  private final BusProducer producer;
  private final PgDispatch dispatch;
  private final Tracing tracing;
  private final Counter sent;
  private final Counter refused;

  /// @param producer made for the inbox
  public CommandSender(
      BusProducer producer, PgDispatch dispatch, Tracing tracing, MeterRegistry meters) {
    this.producer = producer;
    this.dispatch = dispatch;
    this.tracing = tracing;
    this.sent = meters.counter("command.sent");
    this.refused = meters.counter("command.send.refused");
  }

  /// Sends, in this order.
  ///
  /// @return completes, never fails, when all have an answer from the bus; with whether the bus
  ///     took them all
  public Future<Boolean> send(List<Delivery> deliveries) {
    List<Future<?>> answers = new ArrayList<>(deliveries.size());
    List<CommandId> left = new ArrayList<>();
    for (Delivery delivery : deliveries) {
      Future<?> answer = send(delivery);
      if (answer.cause() instanceof BusFullException) {
        left.add(delivery.id());
      }
      answers.add(answer.onFailure(cause -> notSent(delivery, cause)));
    }
    sent.increment(deliveries.size() - left.size());
    refused.increment(left.size());
    Future<Void> givenBack =
        left.isEmpty()
            ? Future.succeededFuture()
            : dispatch
                .giveBack(left)
                .onFailure(cause -> log.atDebug().setCause(cause).log("lease left to run out"));
    return Future.join(answers)
        .otherwiseEmpty()
        .compose(_ -> givenBack.otherwiseEmpty())
        .map(_ -> answers.stream().allMatch(Future::succeeded));
  }

  private Future<?> send(Delivery delivery) {
    if (!tracing.isOn()) {
      return producer.send(delivery.toRecord());
    }
    TraceSpan span =
        tracing
            .follow(TraceSpan.Kind.PRODUCER, "send command", delivery.trace())
            .with(TraceSpan.COMMAND, delivery.id().toString())
            .with(TraceSpan.DEVICE, delivery.device().toString())
            .with("fairlead.attempt", delivery.attempt());
    return producer
        .send(delivery.toRecord().tracedBy(span.context()))
        .onComplete(
            sent -> (sent.succeeded() ? span : span.failed("the bus did not take it")).end());
  }

  private static void notSent(Delivery delivery, Throwable cause) {
    log.atWarn()
        .addKeyValue("deviceId", delivery.device())
        .addKeyValue("commandId", delivery.id())
        .addKeyValue("traceId", delivery.trace().map(TraceContext::traceId).orElse(""))
        .addKeyValue("attempt", delivery.attempt())
        .addKeyValue("cause", cause.getMessage())
        .log("command not sent, stays due");
  }

  /// Tells a device that a command is no longer wanted. Nothing depends on its arrival.
  public void cancel(CommandId id, DeviceKey device, LiveSession at) {
    producer
        .send(
            new InboxMessage.Cancel(at.holder(), at.session(), at.subDevice(device), id.toString())
                .toRecord(at.address()))
        .onFailure(
            cause ->
                log.atWarn()
                    .addKeyValue("deviceId", device)
                    .addKeyValue("commandId", id)
                    .addKeyValue("cause", cause.getMessage())
                    .log("cancellation not sent"));
  }
}
