package dev.fairlead.endtoend.chaos;

import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.embedded.testing.OwnPostgres;
import dev.fairlead.endtoend.harness.ServiceJar;
import java.time.Duration;
import java.util.List;

/// A part of the system that can be harmed and healed.
///
/// @param weight how often it is harmed, next to others
/// @param rest how long it is left alone after it was healed
/// @param tend called now and then while nothing is wrong with it
public record Part(String name, int weight, Duration rest, List<Harm> harms, Runnable tend) {

  /// What is done to a part, for some time.
  ///
  /// @param longest how long it lasts at most; nothing for what needs no healing
  public record Harm(String name, Duration longest, Runnable begin, Runnable end) {}

  /// Copies the harms.
  public Part {
    harms = List.copyOf(harms);
  }

  private static final Duration REST = Duration.ofSeconds(8);
  private static final Duration DEAD_MAX = Duration.ofSeconds(2);

  /// A service. One that ends by itself, as when it finds no database at its start, is started
  /// again, as every supervisor would.
  ///
  /// @param freezeMax how long it is stopped at most
  public static Part of(String name, int weight, ServiceJar service, Duration freezeMax) {
    return new Part(
        name,
        weight,
        REST,
        List.of(
            new Harm("killed", DEAD_MAX, service::kill, service::restart),
            new Harm("killed", DEAD_MAX, service::kill, service::restart),
            new Harm("frozen", freezeMax, service::freeze, service::thaw)),
        () -> {
          if (!service.isAlive()) {
            service.restart();
          }
        });
  }

  /// The broker.
  public static Part of(int weight, OwnKafka kafka, Duration freezeMax) {
    return new Part(
        "kafka",
        weight,
        REST,
        List.of(
            new Harm("frozen", freezeMax, kafka::freeze, kafka::thaw),
            new Harm("frozen", freezeMax, kafka::freeze, kafka::thaw),
            new Harm("killed", DEAD_MAX, kafka::kill, kafka::restart)),
        () -> {});
  }

  /// The database.
  public static Part of(int weight, OwnPostgres postgres, Duration freezeMax) {
    return new Part(
        "postgres",
        weight,
        REST,
        List.of(
            new Harm("frozen", freezeMax, postgres::freeze, postgres::thaw),
            new Harm("frozen", freezeMax, postgres::freeze, postgres::thaw),
            new Harm("killed", DEAD_MAX, postgres::kill, postgres::restart)),
        () -> {});
  }

  /// What happens at once and needs no healing.
  public static Part of(String name, int weight, String harm, Runnable begin) {
    return new Part(
        name,
        weight,
        Duration.ZERO,
        List.of(new Harm(harm, Duration.ZERO, begin, () -> {})),
        () -> {});
  }
}
