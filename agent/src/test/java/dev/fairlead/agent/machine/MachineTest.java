package dev.fairlead.agent.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_767_323_045);

  @TempDir Path root;

  @Test
  void readsWhatTheKernelShows() throws IOException {
    // Given
    write("proc/stat", "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 1 1 1 1\nbtime 1767323000\n");
    write("proc/meminfo", "MemTotal:    1000 kB\nMemFree:  1 kB\nMemAvailable:     250 kB\n");
    write("proc/loadavg", "0.50 1.25 2.00 3/456 789\n");
    write("sys/class/thermal/thermal_zone0/temp", "41000\n");
    write("sys/class/thermal/thermal_zone1/temp", "52300\n");
    write("sys/class/thermal/thermal_zone2/temp", "-274000\n");
    Machine machine = machine();
    write("proc/stat", "cpu  150 0 150 750 150 0 0 0 99 0\nbtime 1767323000\n");

    // When
    Map<String, Value> readings =
        machine.readings(List.of(new DiskUsage("root", "/", 1000, 600, 200)));

    // Then
    assertThat(readings)
        .containsOnly(
            Map.entry("cpuPercent", Value.of(50.0)),
            Map.entry("memoryTotalBytes", Value.of(1_024_000)),
            Map.entry("memoryUsedBytes", Value.of(768_000)),
            Map.entry("memoryUsedPercent", Value.of(75.0)),
            Map.entry("load1", Value.of(0.5)),
            Map.entry("load5", Value.of(1.25)),
            Map.entry("load15", Value.of(2.0)),
            Map.entry("disk.root.totalBytes", Value.of(1000)),
            Map.entry("disk.root.usedBytes", Value.of(600)),
            Map.entry("disk.root.usedPercent", Value.of(75.0)),
            Map.entry("temperatureCelsius", Value.of(52.3)),
            Map.entry("uptimeSeconds", Value.of(45)));
  }

  @Test
  void doesWithWhatTheJdkKnowsWhereThereIsNoProc() {
    // Given
    Machine machine = machine();

    // When
    Map<String, Value> readings = machine.readings(machine.disks());
    Map<String, Value> identity = machine.identity();

    // Then
    assertThat(readings)
        .containsKeys("memoryTotalBytes", "memoryUsedPercent")
        .doesNotContainKeys("uptimeSeconds", "temperatureCelsius");
    assertThat(readings.keySet()).anyMatch(key -> key.matches("disk\\..+\\.usedPercent"));
    assertThat(identity).containsKeys("hostname", "cpus").doesNotContainKey("bootAt");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsThisMachine() {
    // Given
    Machine machine = new Machine(Path.of("/"), root, Instant::now);

    // When
    Map<String, Value> readings = machine.readings(machine.disks());
    Map<String, Value> identity = machine.identity();

    // Then
    assertThat(readings)
        .containsKeys("memoryUsedBytes", "load1", "uptimeSeconds", "disk.root.usedPercent")
        .allSatisfy(
            (_, value) -> assertThat(value.asDouble().orElse(-1)).isGreaterThanOrEqualTo(0));
    assertThat(identity)
        .containsKeys("agentVersion", "os", "arch", "hostname", "cpus", "javaVersion", "bootAt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cpu", "cpu  1 2 3 4", "cpu  a b c d e f g h", "intr 1 2 3 4 5 6"})
  void takesNoCpuTimesFromGarbage(String stat) {
    assertThat(CpuTimes.parse(stat)).isEmpty();
  }

  @Test
  void hasNoCpuPercentWhenNoTimePassed() {
    // Given
    CpuTimes times = new CpuTimes(1000, 400);

    // When
    OptionalDouble percent = times.busyPercentSince(times);

    // Then
    assertThat(percent).isEmpty();
  }

  @Test
  void staysWithinBoundsWhenIdleTimeRunsBackwards() {
    // Given
    CpuTimes earlier = new CpuTimes(1000, 400);

    // When
    OptionalDouble percent = new CpuTimes(1100, 390).busyPercentSince(earlier);

    // Then
    assertThat(percent).hasValue(100);
  }

  @Test
  void takesTheOtherSensorsWhereThereIsNoThermalZone() throws IOException {
    // Given
    write("sys/class/hwmon/hwmon3/temp1_input", "38500\n");

    // When
    OptionalDouble degrees = new Thermometer(new SystemFiles(root)).read();

    // Then
    assertThat(degrees).hasValue(38.5);
  }

  private Machine machine() {
    return new Machine(root, root, () -> NOW);
  }

  private void write(String file, String content) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
