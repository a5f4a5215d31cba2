package dev.fairlead.agent.machine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Does something at once and then over and over, on a virtual thread, until it is closed.
final class Repeater implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Repeater.class.getName());
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);

  private final Runnable action;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Duration interval;

  Repeater(String name, Duration interval, Runnable action) {
    this.interval = interval;
    this.action = action;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Another interval, for the wait that goes on as well.
  void interval(Duration newInterval) {
    lock.lock();
    try {
      interval = newInterval;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        long began = System.nanoTime();
        act();
        await(began);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "closed");
    }
  }

  private void act() {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a round failed", e);
    }
  }

  private void await(long began) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = began + interval.toNanos() - System.nanoTime();
      while (left > 0) {
        long _ = changed.awaitNanos(left);
        left = began + interval.toNanos() - System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      boolean _ = thread.join(JOIN_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
