package dev.fairlead.agent.machine;

import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The hottest sensor of the machine.
final class Thermometer {

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,7}");
  private static final double MILLIS = 1000;
  private static final double LOWEST = -60;
  private static final double HIGHEST = 200;

  private final SystemFiles files;

  Thermometer(SystemFiles files) {
    this.files = files;
  }

  /// Degrees Celsius; empty where there is no sensor, as in most virtual machines.
  OptionalDouble read() {
    OptionalDouble zones = hottest("sys/class/thermal", "thermal_zone*", "temp");
    return zones.isPresent() ? zones : hottest("sys/class/hwmon", "hwmon*", "temp1_input");
  }

  private OptionalDouble hottest(String parent, String folders, String file) {
    return files.readEach(parent, folders, file).stream()
        .flatMap(text -> NUMBER.matcher(text).matches() ? Stream.of(text) : Stream.empty())
        .mapToDouble(text -> Integer.parseInt(text) / MILLIS)
        // A sensor that is not connected shows what no machine has.
        .filter(degrees -> degrees >= LOWEST && degrees <= HIGHEST)
        .max();
  }
}
