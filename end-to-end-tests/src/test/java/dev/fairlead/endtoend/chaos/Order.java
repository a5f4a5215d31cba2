package dev.fairlead.endtoend.chaos;

import java.util.Optional;
import java.util.Random;

/// A command that is to be sent, drawn by chance.
///
/// @param number by which the device's run is known; different in each
/// @param device that is to obey
/// @param deadline a span, where it is a short one
/// @param isCancelled whether its sender takes it back
/// @param fails whether the device says that it failed
/// @param workMillis how long the device is at it
public record Order(
    int number,
    String device,
    boolean isOrdered,
    int priority,
    Optional<String> supersedes,
    Optional<String> deadline,
    boolean isCancelled,
    boolean fails,
    int workMillis) {

  /// The kind of all of them.
  public static final String KIND = "chaos";

  static final int PRIORITY_DEFAULT = 4;

  private static final int SLOW_MILLIS_MIN = 150;
  private static final int SLOW_MILLIS_MAX = 1_500;

  static Order draw(Random random, int number, String device) {
    return new Order(
        number,
        device,
        random.nextInt(100) < 60,
        random.nextInt(100) < 15 ? random.nextInt(10) : PRIORITY_DEFAULT,
        random.nextInt(100) < 8 ? Optional.of("slider") : Optional.empty(),
        random.nextInt(100) < 5 ? Optional.of((1 + random.nextInt(5)) + "s") : Optional.empty(),
        random.nextInt(100) < 5,
        random.nextInt(100) < 5,
        random.nextInt(100) < 10 ? random.nextInt(SLOW_MILLIS_MIN, SLOW_MILLIS_MAX) : 0);
  }

  /// One that nothing ends but the device, which does it at once.
  static Order lasting(Random random, int number, String device) {
    return new Order(
        number,
        device,
        random.nextInt(100) < 60,
        PRIORITY_DEFAULT,
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        0);
  }

  /// The body of the request.
  String json() {
    StringBuilder json = new StringBuilder();
    json.append(
        "{\"kind\":\"%s\",\"order\":\"%s\",\"priority\":%d"
            .formatted(KIND, isOrdered ? "ordered" : "concurrent", priority));
    supersedes.ifPresent(key -> json.append(",\"supersedes\":\"%s\"".formatted(key)));
    deadline.ifPresent(span -> json.append(",\"deadline\":\"%s\"".formatted(span)));
    json.append(
        ",\"body\":{\"number\":%d,\"fails\":%b,\"workMillis\":%d}}"
            .formatted(number, fails, workMillis));
    return json.toString();
  }
}
