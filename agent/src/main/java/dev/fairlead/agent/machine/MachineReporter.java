package dev.fairlead.agent.machine;

import dev.fairlead.agent.outbox.Alert;
import dev.fairlead.agent.outbox.Outbox;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Reports this machine: status at the start, telemetry in an interval, alerts as they come. The
/// interval and what is raised survive a restart.
public final class MachineReporter implements AutoCloseable {

  private static final Logger LOG = System.getLogger(MachineReporter.class.getName());
  private static final String INTERVAL_FILE = "interval-seconds";
  private static final String ALERTS_FILE = "alerts";
  private static final Path ROOT = Path.of("/");
  private static final String STATUS_INTERVAL = "intervalSeconds";

  private final Outbox outbox;
  private final StateDirectory state;
  private final Machine machine;
  private final Set<String> everRaised;
  private final DiskWatch watch;
  private final Repeater repeater;
  private final Duration interval;

  /// A reporter that [#start] begins.
  ///
  /// @param interval of telemetry, unless another was set in the meantime
  public MachineReporter(
      Outbox outbox,
      StateDirectory state,
      Duration interval,
      int diskThresholdPercent,
      InstantSource clock) {
    this.outbox = outbox;
    this.state = state;
    this.machine = new Machine(ROOT, state.path(), clock);
    this.everRaised = new TreeSet<>(load(state));
    this.watch = new DiskWatch(diskThresholdPercent, everRaised);
    this.interval = kept(state).orElse(interval);
    this.repeater = new Repeater("agent-telemetry", this.interval, this::report);
  }

  private static Optional<Duration> kept(StateDirectory state) {
    try {
      return state
          .read(INTERVAL_FILE)
          .map(Long::parseLong)
          .filter(seconds -> seconds > 0)
          .map(Duration::ofSeconds);
    } catch (IOException | NumberFormatException e) {
      LOG.log(Level.WARNING, "the interval that was set cannot be read", e);
      return Optional.empty();
    }
  }

  private static Set<String> load(StateDirectory state) {
    try {
      return state.read(ALERTS_FILE).orElse("").lines().collect(Collectors.toSet());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the alerts that were raised cannot be read", e);
      return Set.of();
    }
  }

  /// Puts the status into the outbox and begins to measure; to be called once.
  public void start() {
    Map<String, Value> status = new LinkedHashMap<>(machine.identity());
    status.put(STATUS_INTERVAL, Value.of(interval.toSeconds()));
    outbox.status(status);
    repeater.start();
  }

  /// Changes the interval, for good.
  ///
  /// @throws IOException if it cannot be kept; then it is not changed
  public void interval(Duration newInterval) throws IOException {
    state.write(INTERVAL_FILE, Long.toString(newInterval.toSeconds()));
    repeater.interval(newInterval);
    outbox.status(Map.of(STATUS_INTERVAL, Value.of(newInterval.toSeconds())));
  }

  private void report() {
    List<DiskUsage> disks = machine.disks();
    outbox.telemetry(machine.readings(disks));
    disks.stream().flatMap(disk -> watch.judge(disk).stream()).forEach(this::tell);
  }

  private void tell(Alert alert) {
    // Before it is sent, so that no alert is left open that nobody here remembers.
    if (alert.raised() && everRaised.add(alert.code())) {
      keepRaised();
    }
    outbox.alert(alert);
  }

  private void keepRaised() {
    try {
      state.write(ALERTS_FILE, String.join("\n", everRaised));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the alerts that are raised cannot be kept", e);
    }
  }

  @Override
  public void close() {
    repeater.close();
  }
}
