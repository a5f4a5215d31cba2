package dev.fairlead.command.submission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.idempotency.PgIdempotency;
import dev.fairlead.command.problem.CommandProblems;
import dev.fairlead.command.submission.Submission.Answer;
import dev.fairlead.command.submission.Submission.Postponed;
import dev.fairlead.runtime.database.PgProblems;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Commands that are asked for one by one, written down together: while some transactions are under
/// way, those that come wait and share the next. Without load each has its own at once. Safe for
/// all threads.
///
/// Of each device one is under way at a time, and devices have their turns, so that one to which
/// many commands come holds up no other. One whose row somebody else holds goes on alone.
///
/// What waits is bounded, in number, in bytes and in time: nothing is written down long after its
/// sender was told that it would not be.
public final class SubmissionGroups {

  /// How many transactions of many are under way at once, and how many of one.
  private static final int UNDER_WAY_MAX = 4;

  /// How many commands share one.
  private static final int GROUP_MAX = 100;

  /// Bodies of a group are in memory once more on their way to the database.
  private static final long GROUP_BYTES_MAX = 4L * 1024 * 1024;

  private static final int WAITING_MAX = 10_000;
  private static final long WAITING_BYTES_MAX = 64L * 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration SWEEP = Duration.ofMillis(500);

  private final Vertx vertx;
  private final PgSubmissions submissions;

  // What follows is guarded by this.

  /// By device, the devices in the order of their turns.
  private final Map<DeviceKey, Deque<Waiting>> waiting = new LinkedHashMap<>();

  /// What could not go with others.
  private final Deque<Waiting> alone = new ArrayDeque<>();

  private final Set<DeviceKey> devicesUnderWay = new HashSet<>();
  private int count;
  private long bytes;
  private int groupsUnderWay;
  private int aloneUnderWay;
  private boolean sweeping;

  /// @param submissions writes them down
  public SubmissionGroups(Vertx vertx, PgSubmissions submissions) {
    this.vertx = vertx;
    this.submissions = submissions;
  }

  private record Waiting(NewCommand wanted, long sinceNanos, Promise<Answer> answer) {

    int bytes() {
      return wanted.body().map(body -> body.bytes().length).orElse(0);
    }

    DeviceKey device() {
      return wanted.device();
    }
  }

  /// Writes a command down.
  ///
  /// @return fails when the database does not take it, and with `unavailable`
  ///     when too many wait, or this one has for too long
  public Future<Answer> submit(NewCommand wanted) {
    Waiting fresh = new Waiting(wanted, System.nanoTime(), Promise.promise());
    synchronized (this) {
      if (count == WAITING_MAX || bytes + fresh.bytes() > WAITING_BYTES_MAX) {
        return Future.failedFuture(CommandProblems.notWrittenDown());
      }
      keep(fresh);
      waiting.computeIfAbsent(fresh.device(), _ -> new ArrayDeque<>()).add(fresh);
    }
    begin();
    return fresh.answer().future();
  }

  private void keep(Waiting more) {
    count++;
    bytes += more.bytes();
    if (!sweeping) {
      sweeping = true;
      vertx.setTimer(SWEEP.toMillis(), _ -> sweep());
    }
  }

  private void take(Waiting less) {
    count--;
    bytes -= less.bytes();
  }

  private void begin() {
    for (List<Waiting> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
      submitTogether(group);
    }
    for (List<Waiting> one = nextAlone(); !one.isEmpty(); one = nextAlone()) {
      submitAlone(one.getFirst());
    }
  }

  /// Takes one of each device whose turn it is, and of each idempotency key.
  private synchronized List<Waiting> nextGroup() {
    if (groupsUnderWay == UNDER_WAY_MAX) {
      return List.of();
    }
    List<Waiting> group = new ArrayList<>();
    Set<PgIdempotency.Key> keys = new HashSet<>();
    long groupBytes = 0;
    for (Map.Entry<DeviceKey, Deque<Waiting>> device : waiting.entrySet()) {
      if (group.size() == GROUP_MAX || groupBytes >= GROUP_BYTES_MAX) {
        break;
      }
      Waiting next = device.getValue().getFirst();
      if (!devicesUnderWay.contains(device.getKey())
          && next.wanted().claim().map(claim -> keys.add(claim.key())).orElse(true)) {
        group.add(next);
        groupBytes += next.bytes();
      }
    }
    group.forEach(this::taken);
    groupsUnderWay += group.isEmpty() ? 0 : 1;
    return group;
  }

  /// The device goes to the end of those that wait.
  private void taken(Waiting next) {
    take(next);
    devicesUnderWay.add(next.device());
    Deque<Waiting> others = waiting.remove(next.device());
    if (others != null) {
      others.removeFirst();
      if (!others.isEmpty()) {
        waiting.put(next.device(), others);
      }
    }
  }

  private synchronized List<Waiting> nextAlone() {
    if (aloneUnderWay == UNDER_WAY_MAX) {
      return List.of();
    }
    Iterator<Waiting> all = alone.iterator();
    while (all.hasNext()) {
      Waiting next = all.next();
      if (!devicesUnderWay.contains(next.device())) {
        all.remove();
        take(next);
        devicesUnderWay.add(next.device());
        aloneUnderWay++;
        return List.of(next);
      }
    }
    return List.of();
  }

  private void submitTogether(List<Waiting> group) {
    submissions
        .submit(group.stream().map(Waiting::wanted).toList())
        .onSuccess(
            answers -> {
              for (int index = 0; index < group.size(); index++) {
                Waiting each = group.get(index);
                switch (answers.get(index)) {
                  case Answer answer -> each.answer().complete(answer);
                  case Postponed _ -> postpone(each);
                }
              }
            })
        .onFailure(
            cause -> {
              // What the database does not take of one is no fault of the others.
              if (group.size() > 1 && PgProblems.isOfTransaction(cause)) {
                group.forEach(this::postpone);
              } else {
                group.forEach(each -> each.answer().fail(cause));
              }
            })
        .onComplete(
            _ -> {
              synchronized (this) {
                groupsUnderWay--;
                group.forEach(each -> devicesUnderWay.remove(each.device()));
              }
              begin();
            });
  }

  private synchronized void postpone(Waiting one) {
    keep(one);
    alone.add(one);
  }

  private void submitAlone(Waiting one) {
    submissions
        .submitAlone(one.wanted())
        .onComplete(one.answer())
        .onComplete(
            _ -> {
              synchronized (this) {
                aloneUnderWay--;
                devicesUnderWay.remove(one.device());
              }
              begin();
            });
  }

  private void sweep() {
    List<Waiting> late = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      waiting.values().forEach(deque -> removeLate(deque, now, late));
      waiting.values().removeIf(Deque::isEmpty);
      removeLate(alone, now, late);
      late.forEach(this::take);
      sweeping = count > 0;
      if (sweeping) {
        vertx.setTimer(SWEEP.toMillis(), _ -> sweep());
      }
    }
    late.forEach(each -> each.answer().fail(CommandProblems.notWrittenDown()));
  }

  private static void removeLate(Deque<Waiting> all, long now, List<Waiting> late) {
    all.removeIf(
        each -> {
          boolean isLate = now - each.sinceNanos() > PATIENCE.toNanos();
          if (isLate) {
            late.add(each);
          }
          return isLate;
        });
  }
}
