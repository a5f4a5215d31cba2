package dev.fairlead.endtoend.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Reads the commands of all devices.
final class Survey {

  private static final int READERS = 8;
  private static final int PAUSE_MILLIS = 100;

  private final CommandClient client;
  private final List<String> devices;

  Survey(CommandClient client, List<String> devices) {
    this.client = client;
    this.devices = List.copyOf(devices);
  }

  /// Reads until every command has a final state, device by device.
  ///
  /// @param patience after which those that have none are told as they are
  List<Found> awaitFinal(Duration patience) throws InterruptedException, ExecutionException {
    return read(System.nanoTime() + patience.toNanos());
  }

  /// Reads once.
  List<Found> now() throws InterruptedException, ExecutionException {
    return read(System.nanoTime());
  }

  private List<Found> read(long endNanos) throws InterruptedException, ExecutionException {
    Queue<String> left = new ConcurrentLinkedQueue<>(devices);
    List<Found> all = new ArrayList<>();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Found>>> parts = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        parts.add(readers.submit(reader(left, endNanos)));
      }
      for (Future<List<Found>> part : parts) {
        all.addAll(part.get());
      }
    }
    return all;
  }

  private Callable<List<Found>> reader(Queue<String> left, long endNanos) {
    return () -> {
      Random random = new Random();
      List<Found> read = new ArrayList<>();
      for (String device = left.poll(); device != null; device = left.poll()) {
        List<Found> commands = list(device, random);
        if (commands.stream().allMatch(Found::isFinal) || System.nanoTime() - endNanos >= 0) {
          read.addAll(commands);
        } else {
          left.add(device);
          CommandClient.pause(PAUSE_MILLIS);
        }
      }
      return read;
    };
  }

  private List<Found> list(String device, Random random) throws InterruptedException {
    return client.list(device, random).stream().map(Found::of).toList();
  }
}
