package dev.fairlead.agent.machine;

import com.sun.management.OperatingSystemMXBean;
import dev.fairlead.protocol.Value;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// This machine: from `/proc` and `/sys` on Linux, elsewhere as far as the JDK knows it. Not safe
/// for use by several threads.
final class Machine {

  private static final Pattern BOOT_TIME =
      Pattern.compile("^btime ([0-9]{1,12})$", Pattern.MULTILINE);
  private static final Pattern LOAD = Pattern.compile("([0-9.]+) ([0-9.]+) ([0-9.]+) .*");

  private final SystemFiles files;
  private final Disks disks;
  private final Thermometer thermometer;
  private final InstantSource clock;
  private Optional<CpuTimes> earlierTimes;

  Machine(Path root, Path stateDirectory, InstantSource clock) {
    this.files = new SystemFiles(root);
    this.disks = new Disks(stateDirectory);
    this.thermometer = new Thermometer(files);
    this.clock = clock;
    this.earlierTimes = cpuTimes();
  }

  private Optional<CpuTimes> cpuTimes() {
    return files.read("proc/stat").flatMap(CpuTimes::parse);
  }

  List<DiskUsage> disks() {
    return disks.read();
  }

  /// Numbers by name; what this machine has no reading for is absent.
  Map<String, Value> readings(List<DiskUsage> usages) {
    Map<String, Value> readings = new LinkedHashMap<>();
    cpuPercent().ifPresent(percent -> readings.put("cpuPercent", rounded(percent)));
    Memory memory = memory();
    readings.put("memoryTotalBytes", Value.of(memory.totalBytes()));
    readings.put("memoryUsedBytes", Value.of(memory.usedBytes()));
    readings.put("memoryUsedPercent", rounded(memory.usedPercent()));
    readings.putAll(loadAverages());
    for (DiskUsage usage : usages) {
      String prefix = "disk." + usage.label();
      readings.put(prefix + ".totalBytes", Value.of(usage.totalBytes()));
      readings.put(prefix + ".usedBytes", Value.of(usage.usedBytes()));
      readings.put(prefix + ".usedPercent", rounded(usage.usedPercent()));
    }
    thermometer.read().ifPresent(degrees -> readings.put("temperatureCelsius", rounded(degrees)));
    bootAt()
        .map(boot -> Math.max(0, boot.until(clock.instant(), ChronoUnit.SECONDS)))
        .ifPresent(seconds -> readings.put("uptimeSeconds", Value.of(seconds)));
    return readings;
  }

  /// Since the last call.
  private OptionalDouble cpuPercent() {
    Optional<CpuTimes> times = cpuTimes();
    Optional<CpuTimes> earlier = earlierTimes;
    earlierTimes = times;
    if (times.isPresent() && earlier.isPresent()) {
      return times.get().busyPercentSince(earlier.get());
    }
    double load = system().getCpuLoad();
    return load >= 0 ? OptionalDouble.of(100 * load) : OptionalDouble.empty();
  }

  private Memory memory() {
    return files
        .read("proc/meminfo")
        .flatMap(Memory::parse)
        .orElseGet(
            () ->
                new Memory(
                    system().getTotalMemorySize(),
                    system().getTotalMemorySize() - system().getFreeMemorySize()));
  }

  private Map<String, Value> loadAverages() {
    Map<String, Value> loads = new LinkedHashMap<>();
    Optional<Matcher> three =
        files.read("proc/loadavg").map(LOAD::matcher).filter(Matcher::matches);
    if (three.isPresent()) {
      loads.put("load1", Value.of(Double.parseDouble(three.get().group(1))));
      loads.put("load5", Value.of(Double.parseDouble(three.get().group(2))));
      loads.put("load15", Value.of(Double.parseDouble(three.get().group(3))));
    } else if (system().getSystemLoadAverage() >= 0) {
      loads.put("load1", Value.of(system().getSystemLoadAverage()));
    }
    return loads;
  }

  /// What does not change while the agent runs.
  Map<String, Value> identity() {
    Map<String, Value> identity = new LinkedHashMap<>();
    identity.put("agentVersion", Value.of(version()));
    identity.put("os", Value.of(System.getProperty("os.name", "")));
    identity.put("osVersion", Value.of(System.getProperty("os.version", "")));
    identity.put("arch", Value.of(System.getProperty("os.arch", "")));
    identity.put("hostname", Value.of(HostName.read(files)));
    identity.put("cpus", Value.of(Runtime.getRuntime().availableProcessors()));
    identity.put("javaVersion", Value.of(Runtime.version().toString()));
    bootAt().ifPresent(boot -> identity.put("bootAt", Value.of(boot.toString())));
    return identity;
  }

  /// As the jar says; classes beside a jar have none.
  private static String version() {
    return Optional.ofNullable(Machine.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  private Optional<Instant> bootAt() {
    return files
        .read("proc/stat")
        .map(BOOT_TIME::matcher)
        .filter(Matcher::find)
        .map(line -> Instant.ofEpochSecond(Long.parseLong(line.group(1))));
  }

  private static Value rounded(double number) {
    return Value.of(Math.round(number * 10) / 10.0);
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }
}
