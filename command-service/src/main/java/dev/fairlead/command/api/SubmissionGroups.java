package dev.fairlead.command.api;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.runtime.database.PgProblems;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/// Commands that are asked for one by one, written down together: while some transactions are under
/// way, those that come wait and share the next. Without load each has its own at once. Safe for
/// all threads.
public final class SubmissionGroups {

  /// How many transactions are under way at once.
  private static final int UNDER_WAY_MAX = 4;

  /// How many commands share one.
  private static final int GROUP_MAX = 100;

  /// Bodies of a group are in memory once more on their way to the database.
  private static final long BYTES_MAX = 4L * 1024 * 1024;

  private final PgSubmissions submissions;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int underWay;

  /// @param submissions writes them down
  public SubmissionGroups(PgSubmissions submissions) {
    this.submissions = submissions;
  }

  private record Waiting(NewCommand wanted, Promise<Submission> answer) {}

  /// Writes a command down.
  ///
  /// @return fails when the database does not take it
  Future<Submission> submit(NewCommand wanted) {
    Promise<Submission> answer = Promise.promise();
    synchronized (this) {
      waiting.add(new Waiting(wanted, answer));
    }
    begin();
    return answer.future();
  }

  private void begin() {
    for (List<Waiting> group = next(); !group.isEmpty(); group = next()) {
      submit(group);
    }
  }

  /// Takes from those that wait; of each device one, and of each idempotency key. The others go
  /// with a later group.
  private synchronized List<Waiting> next() {
    if (underWay == UNDER_WAY_MAX || waiting.isEmpty()) {
      return List.of();
    }
    List<Waiting> group = new ArrayList<>();
    Set<DeviceKey> devices = new HashSet<>();
    Set<PgIdempotency.Key> keys = new HashSet<>();
    long bytes = 0;
    int seen = 0;
    Iterator<Waiting> all = waiting.iterator();
    while (all.hasNext() && group.size() < GROUP_MAX && bytes < BYTES_MAX && seen < 4 * GROUP_MAX) {
      Waiting next = all.next();
      seen++;
      NewCommand wanted = next.wanted();
      boolean isOther =
          devices.add(wanted.device())
              && wanted.claim().map(claim -> keys.add(claim.key())).orElse(true);
      if (isOther) {
        bytes += wanted.body().map(body -> body.bytes().length).orElse(0);
        group.add(next);
        all.remove();
      }
    }
    underWay++;
    return group;
  }

  private void submit(List<Waiting> group) {
    submissions
        .submit(group.stream().map(Waiting::wanted).toList())
        .onSuccess(
            answers -> {
              for (int index = 0; index < group.size(); index++) {
                group.get(index).answer().complete(answers.get(index));
              }
            })
        .onFailure(cause -> failed(group, cause))
        .onComplete(_ -> over());
  }

  /// What the database does not take is nobody else's fault: each is tried alone.
  private void failed(List<Waiting> group, Throwable cause) {
    if (group.size() == 1 || !PgProblems.isOfTransaction(cause)) {
      group.forEach(each -> each.answer().fail(cause));
      return;
    }
    Future<?> tried = Future.succeededFuture();
    for (Waiting each : group) {
      tried =
          tried.transform(
              _ ->
                  submissions
                      .submit(List.of(each.wanted()))
                      .map(List::getFirst)
                      .onComplete(each.answer()));
    }
  }

  private void over() {
    synchronized (this) {
      underWay--;
    }
    begin();
  }
}
