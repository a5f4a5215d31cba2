package dev.fairlead.agent.command;

import dev.fairlead.agent.command.JournalEntry.Accepted;
import dev.fairlead.agent.command.JournalEntry.Finished;
import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.protocol.Command;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Runs commands, one after another in the order they came, each once. [#accept], [#cancel] and
/// [#connected] are for the connection's thread; one virtual thread runs what was accepted.
public final class CommandRunner implements AutoCloseable {

  /// Most commands that wait for their turn.
  static final int QUEUE_MAX = 64;

  static final String BUSY = "busy";
  static final String CANCELLED = "cancelled";
  static final String EXPIRED = "expired";
  static final String UNKNOWN_KIND = "unknown kind";

  private static final Logger LOG = System.getLogger(CommandRunner.class.getName());
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);

  private final Map<String, CommandHandler> handlers;
  private final CommandJournal journal;
  private final Replies replies;
  private final Thread worker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Deque<Accepting> queue = new ArrayDeque<>();
  private @Nullable Accepting running;
  private boolean closed;

  private record Accepting(Command command, CommandHandler handler, long deadlineNanos) {
    Duration timeLeft() {
      return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }
  }

  /// A runner that [#start] begins.
  ///
  /// @param handlers by kind
  public CommandRunner(
      Map<String, CommandHandler> handlers, CommandJournal journal, Transmitter transmitter) {
    this.handlers = Map.copyOf(handlers);
    this.journal = journal;
    this.replies = new Replies(transmitter, journal);
    this.worker = Thread.ofVirtual().name("agent-commands").unstarted(this::work);
  }

  /// Begins to run commands; to be called once.
  public void start() {
    worker.start();
  }

  /// A new session stands: what it must know is sent.
  public void connected() {
    replies.connected();
  }

  /// A command came, perhaps not for the first time.
  public void accept(Command command) {
    Optional<JournalEntry> known = journal.find(command.id());
    if (known.isPresent()) {
      switch (known.get()) {
        case Accepted accepted -> replies.delivered(accepted.id());
        case Finished finished -> replies.result(finished);
      }
      return;
    }
    @Nullable CommandHandler handler = handlers.get(command.kind());
    if (handler == null) {
      finish(command.id(), Outcome.rejected(UNKNOWN_KIND));
    } else if (!command.timeLeft().isPositive()) {
      finish(command.id(), Outcome.rejected(EXPIRED));
    } else if (isFull()) {
      finish(command.id(), Outcome.rejected(BUSY));
    } else {
      take(command, handler);
    }
  }

  private boolean isFull() {
    lock.lock();
    try {
      return queue.size() >= QUEUE_MAX;
    } finally {
      lock.unlock();
    }
  }

  private void take(Command command, CommandHandler handler) {
    Accepting accepting =
        new Accepting(command, handler, System.nanoTime() + nanos(command.timeLeft()));
    try {
      journal.accept(command.id());
    } catch (IOException e) {
      LOG.log(Level.ERROR, "a command was not run: its id cannot be kept", e);
      finish(command.id(), Outcome.rejected("the device cannot write its journal"));
      return;
    }
    replies.delivered(command.id());
    lock.lock();
    try {
      queue.addLast(accepting);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /// What a `long` of nanoseconds can hold with room for sums: more than a hundred years.
  private static long nanos(Duration timeLeft) {
    Duration most = Duration.ofDays(36_500);
    return (timeLeft.compareTo(most) < 0 ? timeLeft : most).toNanos();
  }

  /// A command is no longer wanted. One that waits is not run, one that runs is cut short; of any
  /// other there is nothing to do.
  public void cancel(String id) {
    if (unqueue(id)) {
      finish(id, Outcome.rejected(CANCELLED));
      return;
    }
    lock.lock();
    try {
      if (running != null && running.command().id().equals(id)) {
        worker.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean unqueue(String id) {
    lock.lock();
    try {
      Iterator<Accepting> all = queue.iterator();
      while (all.hasNext()) {
        if (all.next().command().id().equals(id)) {
          all.remove();
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    try {
      while (true) {
        Accepting next = next();
        Optional<Outcome> outcome = run(next);
        outcome.ifPresent(end -> finishSafely(next.command().id(), end));
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "commands are no longer run");
    }
  }

  /// Nothing that goes wrong with one result may keep the next command from running.
  private void finishSafely(String id, Outcome outcome) {
    try {
      finish(id, outcome);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a result could not be sent", e);
    }
  }

  private Accepting next() throws InterruptedException {
    lock.lock();
    try {
      while (queue.isEmpty() && !closed) {
        work.await();
      }
      if (closed) {
        throw new InterruptedException();
      }
      running = queue.removeFirst();
      return running;
    } finally {
      lock.unlock();
    }
  }

  /// The outcome; empty if the agent was closed meanwhile, so that the journal has none.
  private Optional<Outcome> run(Accepting next) {
    Outcome outcome;
    try {
      Duration timeLeft = next.timeLeft();
      outcome =
          timeLeft.isPositive()
              ? next.handler().run(next.command().body(), timeLeft)
              : Outcome.rejected(EXPIRED);
    } catch (InterruptedException e) {
      outcome = Outcome.failed(CANCELLED);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a command broke its handler, kind " + next.command().kind(), e);
      outcome = Outcome.failed("the agent failed: " + e.getClass().getSimpleName());
    }
    return ended(outcome);
  }

  /// Whoever interrupts holds the lock, so none comes after this that was meant for the command.
  private Optional<Outcome> ended(Outcome outcome) {
    lock.lock();
    try {
      running = null;
      boolean _ = Thread.interrupted();
      return closed ? Optional.empty() : Optional.of(outcome);
    } finally {
      lock.unlock();
    }
  }

  private void finish(String id, Outcome outcome) {
    replies.result(journal.finish(id, outcome));
  }

  /// Cuts the running command short and runs none any more; those that have not ended count as
  /// cut short when the journal is opened again.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      worker.interrupt();
    } finally {
      lock.unlock();
    }
    try {
      boolean _ = worker.join(JOIN_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
