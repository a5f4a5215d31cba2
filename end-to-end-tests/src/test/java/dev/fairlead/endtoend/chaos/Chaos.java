package dev.fairlead.endtoend.chaos;

import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.chaos.Sender.Accepted;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;

/// One run: a fleet of agents, senders, and faults by a seed; then everything is healed, awaited
/// and read twice.
public final class Chaos implements AutoCloseable {

  /// Held, so that its level stays: a line for each connection would hide everything else.
  private static final Logger AGENTS = Logger.getLogger("dev.fairlead.agent");

  private static final int SENDERS = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration GAP_MAX = Duration.ofSeconds(5);
  private static final Duration SERVICE_FREEZE_MAX = Duration.ofSeconds(6);
  private static final int CUT_PERCENT = 30;
  private static final int CRASH_PERCENT = 40;

  private final Size size;
  private final long seed;
  private final Cluster cluster;
  private final List<ServiceJar> services;
  private final Balancer balancer;
  private final CommandClient client;
  private final ExecutionLog log = new ExecutionLog();
  private final Fleet fleet;
  private final Faults faults;
  private final List<String> report = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private int accepted;

  /// How much of it.
  ///
  /// @param commands how many at the most
  /// @param length how long parts are harmed, and how long it should take to send all commands
  /// @param sendingMax when no more are sent, however many there were
  /// @param freezeMax how long the broker or the database is stopped at the most
  public record Size(
      int agents, int commands, Duration length, Duration sendingMax, Duration freezeMax) {}

  /// Starts what is missing in the cluster, and the agents.
  ///
  /// @param directory of the agents
  public Chaos(Cluster cluster, Path directory, Size size, long seed)
      throws InterruptedException, ExecutionException {
    this.size = size;
    this.seed = seed;
    this.cluster = cluster;
    AGENTS.setLevel(Level.WARNING);
    System.out.println("chaos: -Dfairlead.seed=" + seed);
    Random random = new Random(seed);
    ServiceJar second = cluster.startCommand("command-b");
    this.services =
        List.of(
            cluster.gatewayA(), cluster.gatewayB(), cluster.registry(), cluster.command(), second);
    this.balancer =
        new Balancer(
            List.of(cluster.gatewayA().httpPort(), cluster.gatewayB().httpPort()),
            new Random(random.nextLong()));
    this.client =
        new CommandClient(
            List.of(cluster.command().httpPort(), second.httpPort()), cluster.adminKey(), PATIENCE);
    List<TestDevice> devices = cluster.devices("chaos-", size.agents());
    this.fleet =
        new Fleet(
            devices,
            URI.create("ws://127.0.0.1:" + balancer.port() + "/connect"),
            directory.resolve("agents"),
            log,
            random.nextLong());
    this.faults = new Faults(random, parts(second), size.length(), GAP_MAX);
    faults.plan().forEach(System.out::println);
  }

  private List<Part> parts(ServiceJar second) {
    return List.of(
        Part.of("gateway-a", 2, cluster.gatewayA(), SERVICE_FREEZE_MAX),
        Part.of("gateway-b", 2, cluster.gatewayB(), SERVICE_FREEZE_MAX),
        Part.of("registry", 1, cluster.registry(), SERVICE_FREEZE_MAX),
        Part.of("command-a", 2, cluster.command(), SERVICE_FREEZE_MAX),
        Part.of("command-b", 2, second, SERVICE_FREEZE_MAX),
        Part.of(2, cluster.kafka(), size.freezeMax()),
        Part.of(2, cluster.postgres(), size.freezeMax()),
        Part.of("connections", 2, "cut", () -> balancer.cut(CUT_PERCENT)),
        Part.of("agents", 3, "crashed", () -> fleet.crash(CRASH_PERCENT)));
  }

  /// Lets it happen, and looks at what came of it.
  public void run() throws InterruptedException, ExecutionException {
    long began = System.nanoTime();
    await().atMost(PATIENCE).until(fleet::isConnected);
    tell("all agents are connected after", began);
    List<Accepted> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Accepted>>> sending = send(threads);
      faults.run();
      for (Future<List<Accepted>> sender : sending) {
        all.addAll(sender.get());
      }
    }
    accepted = all.size();
    long healed = System.nanoTime();
    await().atMost(PATIENCE).until(() -> services.stream().allMatch(Chaos::isReady));
    Survey survey = new Survey(client, fleet.ids());
    List<Found> first = survey.awaitFinal(PATIENCE);
    tell("all commands are final after", healed);
    List<Found> second = survey.now();
    fleet.close();
    judge(all, first, second);
    tell("checked after", healed);
  }

  private static boolean isReady(ServiceJar service) {
    return service.status("/health/ready") == 200;
  }

  private List<Future<List<Accepted>>> send(ExecutorService threads) {
    double perSecond = size.commands() / (double) size.length().toSeconds();
    long end = System.nanoTime() + size.sendingMax().toNanos();
    Sender.Pace pace =
        new Sender.Pace(size.commands(), perSecond, () -> System.nanoTime() - end >= 0);
    List<String> devices = fleet.ids();
    return IntStream.range(0, SENDERS)
        .mapToObj(
            i ->
                threads.submit(
                    new Sender(
                        i,
                        SENDERS,
                        pace,
                        Order::draw,
                        IntStream.range(0, devices.size())
                            .filter(device -> device % SENDERS == i)
                            .mapToObj(devices::get)
                            .toList(),
                        client,
                        seed)))
        .toList();
  }

  private void judge(List<Accepted> all, List<Found> first, List<Found> second) {
    Check check = new Check(all, first, log);
    wrong.addAll(check.violations());
    if (!new HashSet<>(first).equals(new HashSet<>(second))) {
      wrong.add("read again, a command is another: " + difference(first, second));
    }
    Map<String, String> ordered = check.ordered();
    fleet
        .ids()
        .forEach(device -> wrong.addAll(AgentJournal.violations(fleet.journal(device), ordered)));
    report.add("%6d accepted".formatted(accepted));
    check.counts().forEach((what, count) -> report.add("%6d %s".formatted(count, what)));
    faults.counts().forEach((what, count) -> report.add("%6d %s".formatted(count, what)));
  }

  private static List<Found> difference(List<Found> first, List<Found> second) {
    List<Found> changed = new ArrayList<>(second);
    changed.removeAll(new HashSet<>(first));
    return changed;
  }

  private void tell(String what, long sinceNanos) {
    Duration time = Duration.ofNanos(System.nanoTime() - sinceNanos);
    report.add("%s %.1f s".formatted(what, time.toMillis() / 1000.0));
  }

  /// How many commands were accepted.
  public int accepted() {
    return accepted;
  }

  /// What was and how it ended, a line each.
  public List<String> report() {
    return List.copyOf(report);
  }

  /// All that is wrong, a line each.
  public List<String> violations() {
    return List.copyOf(wrong);
  }

  @Override
  public void close() {
    faults.close();
    fleet.close();
    client.close();
    balancer.close();
  }
}
