package dev.fairlead.endtoend.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Sends commands to devices that no other sends to, in bursts, one request after the other: the
/// order of acceptance is the order of the numbers. A request is made again until it is answered.
final class Sender implements Callable<List<Sender.Accepted>> {

  private static final int BURST_MAX = 12;
  private static final int REPEATED_PERCENT = 2;

  private final int first;
  private final int step;
  private final Pace pace;
  private final Draw draw;
  private final List<String> devices;
  private final CommandClient client;
  private final String keyPrefix;
  private final Random random;

  /// For what depends on the course of things, so that the commands do not.
  private final Random chance = new Random();

  private final List<Accepted> accepted = new ArrayList<>();

  /// What was accepted under which id.
  record Accepted(Order order, String id) {}

  /// How much is sent how fast.
  ///
  /// @param commandsMax how many in all, by all senders
  /// @param perSecond by all senders
  /// @param isOver whether no more are begun
  record Pace(int commandsMax, double perSecond, BooleanSupplier isOver) {}

  /// What is sent next.
  interface Draw {
    Order next(Random random, int number, String device);
  }

  /// @param first its first number
  /// @param step from one of its numbers to the next: how many senders there are
  Sender(
      int first,
      int step,
      Pace pace,
      Draw draw,
      List<String> devices,
      CommandClient client,
      long seed) {
    this.first = first;
    this.step = step;
    this.pace = pace;
    this.draw = draw;
    this.devices = List.copyOf(devices);
    this.client = client;
    this.keyPrefix = "chaos-" + seed + "-";
    this.random = new Random(seed * 31 + first);
  }

  @Override
  public List<Accepted> call() throws InterruptedException {
    long begin = System.nanoTime();
    int number = first;
    while (number < pace.commandsMax() && !pace.isOver().getAsBoolean()) {
      int burst = 1 + random.nextInt(BURST_MAX);
      // More for those that crash, which are the first.
      int range = random.nextInt(4) == 0 ? Math.max(1, devices.size() / 10) : devices.size();
      String device = devices.get(random.nextInt(range));
      for (int i = 0; i < burst && number < pace.commandsMax(); i++, number += step) {
        send(draw.next(random, number, device));
      }
      double due = TimeUnit.SECONDS.toNanos(1) * (number / pace.perSecond());
      long wait = begin + (long) due - System.nanoTime();
      CommandClient.pause(Math.max(0, TimeUnit.NANOSECONDS.toMillis(wait)));
    }
    return accepted;
  }

  private void send(Order order) throws InterruptedException {
    String id = accept(order);
    accepted.add(new Accepted(order, id));
    if (random.nextInt(100) < REPEATED_PERCENT && !accept(order).equals(id)) {
      throw new IllegalStateException("a second command under the key of " + order);
    }
    if (order.isCancelled()) {
      CommandClient.Answer answer = client.cancel(id, chance);
      if (answer.status() != 200 && answer.status() != 409) {
        throw new IllegalStateException("not cancelled: " + order + ", but " + answer);
      }
    }
  }

  private String accept(Order order) throws InterruptedException {
    CommandClient.Answer answer = client.send(order, keyPrefix + order.number(), chance);
    if (answer.status() != 200 && answer.status() != 202) {
      throw new IllegalStateException("not accepted: " + order + ", but " + answer);
    }
    return answer.body().path("id").asText();
  }
}
