package dev.fairlead.endtoend.chaos;

import dev.fairlead.endtoend.harness.TestDevice;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// All agents.
final class Fleet implements AutoCloseable {

  private static final String JOURNAL = "commands.jsonl";

  private final HttpClient client =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path directory;
  private final Random random;
  private final List<ChaosAgent> agents = new ArrayList<>();

  /// Starts them.
  ///
  /// @param directory for theirs
  Fleet(List<TestDevice> devices, URI gateway, Path directory, ExecutionLog log, long seed)
      throws InterruptedException, ExecutionException {
    this.directory = directory;
    this.random = new Random(seed);
    List<Future<ChaosAgent>> starting = new ArrayList<>();
    for (TestDevice device : devices) {
      Random own = new Random(random.nextLong());
      starting.add(
          threads.submit(
              () ->
                  new ChaosAgent(
                      device.id(),
                      gateway,
                      device.token(),
                      directory.resolve(device.id()),
                      client,
                      log,
                      own)));
    }
    for (Future<ChaosAgent> started : starting) {
      agents.add(started.get());
    }
  }

  List<String> ids() {
    return agents.stream().map(ChaosAgent::id).toList();
  }

  boolean isConnected() {
    return agents.stream().allMatch(ChaosAgent::isConnected);
  }

  /// Lets a part of the first tenth of them crash; they begin anew at once.
  ///
  /// @param percent of those that crash at all
  void crash(int percent) {
    List<Future<?>> crashing = new ArrayList<>();
    for (ChaosAgent agent : agents.subList(0, agents.size() / 10)) {
      if (random.nextInt(100) < percent) {
        crashing.add(threads.submit(agent::crash));
      }
    }
    for (Future<?> crash : crashing) {
      try {
        Object _ = crash.get();
      } catch (ExecutionException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// The journal of a device's agent.
  Path journal(String device) {
    return directory.resolve(device).resolve(JOURNAL);
  }

  /// Of no effect the second time.
  @Override
  public void close() {
    if (threads.isShutdown()) {
      return;
    }
    agents.forEach(agent -> threads.execute(agent::close));
    threads.close();
    client.shutdownNow();
  }
}
