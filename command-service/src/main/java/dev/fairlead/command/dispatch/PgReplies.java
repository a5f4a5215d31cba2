package dev.fairlead.command.dispatch;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandHead;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.lifecycle.Step;
import dev.fairlead.command.session.DeviceQueue;
import dev.fairlead.command.session.PgDeviceQueues;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TraceSpan;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Follows `fairlead.replies`: what devices say moves their commands on, and what its parent says
/// those of a sub-device. What anybody else says about a command goes to the dead letters; what is
/// said of a command that is no longer kept is counted.
final class PgReplies implements PgConsumer.Use<Reply> {

  static final String CONSUMER = "command.replies";

  private final PgCommandStore commands;
  private final DeadLetters deadLetters;
  private final Tracing tracing;
  private final MeterRegistry meters;
  private final Consumer<Collection<CommandId>> ended;

  /// @param ended told after the commit which commands may have ended
  PgReplies(
      PgCommandStore commands,
      DeadLetters deadLetters,
      Tracing tracing,
      MeterRegistry meters,
      Consumer<Collection<CommandId>> ended) {
    this.commands = commands;
    this.deadLetters = deadLetters;
    this.tracing = tracing;
    this.meters = meters;
    this.ended = ended;
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<Reply>> replies) {
    List<CommandId> ids =
        replies.stream().map(received -> received.message().id()).distinct().toList();
    return tracing.isOn()
        ? traced(transaction, replies, () -> apply(transaction, replies, ids))
        : apply(transaction, replies, ids);
  }

  /// What a device says without naming the trace of its command is a step of it all the same.
  private Future<Void> traced(
      SqlConnection transaction, List<Received<Reply>> replies, Supplier<Future<Void>> use) {
    List<Reply> unnamed =
        replies.stream()
            .filter(received -> received.record().trace().isEmpty())
            .map(Received::message)
            .toList();
    if (unnamed.isEmpty()) {
      return use.get();
    }
    return commands
        .traces(transaction, unnamed.stream().map(Reply::id).distinct().toList())
        .compose(
            traces -> {
              List<TraceSpan> spans =
                  unnamed.stream().map(reply -> span(reply, traces.get(reply.id()))).toList();
              return use.get().onComplete(_ -> spans.forEach(TraceSpan::end));
            });
  }

  private TraceSpan span(Reply reply, @Nullable TraceContext trace) {
    return tracing
        .follow(TraceSpan.Kind.CONSUMER, "take replies", Optional.ofNullable(trace))
        .with(TraceSpan.DEVICE, reply.device().toString())
        .with(TraceSpan.COMMAND, reply.id().toString());
  }

  private Future<Void> apply(
      SqlConnection transaction, List<Received<Reply>> replies, List<CommandId> ids) {
    return PgDeviceQueues.lockOf(transaction, ids.stream().map(CommandId::value).toList())
        .compose(
            queues ->
                commands
                    .heads(transaction, ids)
                    .compose(heads -> apply(transaction, replies, heads, queues)));
  }

  private Future<Void> apply(
      SqlConnection transaction,
      List<Received<Reply>> replies,
      Map<CommandId, CommandHead> heads,
      Map<DeviceKey, DeviceQueue> queues) {
    Map<CommandId, CommandEdit> edits = new LinkedHashMap<>();
    List<Future<?>> putAway = new ArrayList<>();
    for (Received<Reply> received : replies) {
      Reply reply = received.message();
      CommandHead head = heads.get(reply.id());
      if (head == null) {
        count("unknown");
      } else if (!isOwn(reply, head, Optional.ofNullable(queues.get(head.device())))) {
        putAway.add(foreign(received.record()));
      } else {
        CommandEdit edit = edits.computeIfAbsent(reply.id(), _ -> new CommandEdit(head));
        count(reply.applyTo(edit));
      }
    }
    return Future.all(putAway).compose(_ -> commands.write(transaction, edits.values()));
  }

  /// Whether who answers is the device, or its parent. Of a device that is no more nobody knows the
  /// parent: there it is whoever has the session that the command was sent to.
  private static boolean isOwn(Reply reply, CommandHead head, Optional<DeviceQueue> queue) {
    return reply.device().equals(queue.flatMap(DeviceQueue::parent).orElse(head.device()))
        || (queue.isEmpty() && head.session().equals(Optional.of(reply.session())));
  }

  private Future<Void> foreign(ReceivedRecord record) {
    count("foreign");
    return deadLetters.put(record, CONSUMER, "the command belongs to another device");
  }

  private void count(Step step) {
    count(
        switch (step) {
          case Step.Moved _, Step.SentAgain _ -> "moved";
          case Step.Late _ -> "late";
          case Step.Nothing _ -> "repeated";
        });
  }

  private void count(String effect) {
    meters.counter("command.replies", "effect", effect).increment();
  }

  @Override
  public void committed(List<Received<Reply>> replies) {
    List<CommandId> ids =
        replies.stream()
            .map(Received::message)
            .filter(reply -> reply.event() instanceof CommandEvent.Ended)
            .map(Reply::id)
            .toList();
    if (!ids.isEmpty()) {
      ended.accept(ids);
    }
  }
}
