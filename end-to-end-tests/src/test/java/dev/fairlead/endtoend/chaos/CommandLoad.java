package dev.fairlead.endtoend.chaos;

import dev.fairlead.endtoend.chaos.Sender.Accepted;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.TestDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Commands for devices of the harness, sent until somebody says that it is enough, whoever is
/// killed meanwhile. Only devices end them: what time or people end is no matter of the bus.
public final class CommandLoad implements AutoCloseable {

  private static final int SENDERS = 4;
  private static final double PER_SECOND = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final List<TestDevice> devices;
  private final CommandClient client;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<List<Accepted>>> sending;
  private volatile boolean ended;

  /// Begins.
  public CommandLoad(Cluster cluster, List<TestDevice> devices, long seed) {
    this.devices = List.copyOf(devices);
    this.client =
        new CommandClient(List.of(cluster.command().httpPort()), cluster.adminKey(), PATIENCE);
    Sender.Pace pace = new Sender.Pace(Integer.MAX_VALUE - SENDERS, PER_SECOND, () -> ended);
    this.sending =
        IntStream.range(0, SENDERS)
            .mapToObj(
                sender ->
                    threads.submit(
                        new Sender(
                            sender,
                            SENDERS,
                            pace,
                            Order::lasting,
                            IntStream.range(0, devices.size())
                                .filter(device -> device % SENDERS == sender)
                                .mapToObj(device -> devices.get(device).id())
                                .toList(),
                            client,
                            seed)))
            .toList();
  }

  /// Sends no more.
  public void end() {
    ended = true;
  }

  /// Waits until all commands have ended, for which their devices must be connected.
  ///
  /// @return all that is wrong, a line each
  public List<String> violations() throws InterruptedException, ExecutionException {
    List<Accepted> accepted = new ArrayList<>();
    for (Future<List<Accepted>> sender : sending) {
      accepted.addAll(sender.get());
    }
    List<Found> found =
        new Survey(client, devices.stream().map(TestDevice::id).toList()).awaitFinal(PATIENCE);
    Check check = new Check(accepted, found, log(accepted));
    List<String> wrong = check.violations();
    System.out.printf("kill loop: %d commands, %s%n", accepted.size(), check.counts());
    return wrong;
  }

  /// What devices did, as they count it themselves.
  private ExecutionLog log(List<Accepted> accepted) {
    Map<String, Integer> numbers = new HashMap<>();
    accepted.forEach(one -> numbers.put(one.id(), one.order().number()));
    ExecutionLog log = new ExecutionLog();
    for (TestDevice device : devices) {
      for (String id : device.run()) {
        log.end(log.begin(device.id(), numbers.getOrDefault(id, -1)));
      }
    }
    return log;
  }

  @Override
  public void close() {
    ended = true;
    threads.shutdownNow();
    client.close();
  }
}
