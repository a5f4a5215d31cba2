package dev.fairlead.agent.command;

import dev.fairlead.agent.command.JournalEntry.Finished;
import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.ReentrantLock;

/// Sends what became of commands. Nobody acknowledges a result, so the latest that went into a
/// connection which then broke are sent once more in the next; the others of it have long been
/// read. A result for which there is no connection waits for one.
final class Replies {

  /// Most results that wait; beyond them the oldest waits in the journal until it is asked for.
  static final int WAITING_MAX = 1_000;

  /// Most results that are sent once more.
  static final int AGAIN_MAX = 64;

  /// How long before the end of a connection a result was sent that is sent once more: longer
  /// than a dead connection goes unnoticed.
  static final Duration AGAIN_WITHIN = Duration.ofMinutes(3);

  private final Transmitter transmitter;
  private final CommandJournal journal;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Deque<Sent> sent = new ArrayDeque<>();

  private record Waiting(Finished result, boolean again) {}

  private record Sent(Finished result, long nanos) {}

  /// Replies to the commands of a journal, beginning with those that nobody was told the end of.
  Replies(Transmitter transmitter, CommandJournal journal) {
    this.transmitter = transmitter;
    this.journal = journal;
    journal.unreplied().forEach(result -> await(new Waiting(result, false)));
  }

  /// Says that a command was taken. If there is no connection this is not said: the result says
  /// it as well.
  void delivered(String id) {
    Transmission _ = transmitter.send(Messages.delivered(id));
  }

  /// Says how a command ended.
  void result(Finished result) {
    lock.lock();
    try {
      await(new Waiting(result, false));
      flush();
    } finally {
      lock.unlock();
    }
  }

  /// A new session stands.
  void connected() {
    lock.lock();
    try {
      long oldest = System.nanoTime() - AGAIN_WITHIN.toNanos();
      Iterator<Sent> latestFirst = sent.descendingIterator();
      while (latestFirst.hasNext()) {
        Sent result = latestFirst.next();
        if (result.nanos() - oldest >= 0) {
          waiting.addFirst(new Waiting(result.result(), true));
        }
      }
      sent.clear();
      flush();
    } finally {
      lock.unlock();
    }
  }

  private void await(Waiting result) {
    waiting.addLast(result);
    if (waiting.size() > WAITING_MAX) {
      waiting.removeFirst();
    }
  }

  private void flush() {
    while (!waiting.isEmpty() && send(waiting.getFirst().result())) {
      Waiting done = waiting.removeFirst();
      if (!done.again()) {
        journal.replied(done.result().id());
        sent.addLast(new Sent(done.result(), System.nanoTime()));
      }
      if (sent.size() > AGAIN_MAX) {
        sent.removeFirst();
      }
    }
  }

  private boolean send(Finished result) {
    return switch (transmitter.send(result.outcome().toMessage(result.id()))) {
      case SENT -> true;
      case NOT_CONNECTED -> false;
      case TOO_LARGE -> {
        Outcome shortened = result.outcome().withoutBody("the output is too large to be sent");
        Message message = shortened.toMessage(result.id());
        yield transmitter.send(message) != Transmission.NOT_CONNECTED;
      }
    };
  }
}
