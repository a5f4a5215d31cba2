package dev.fairlead.command.device;

import dev.fairlead.bus.BusAdmin;
import dev.fairlead.bus.BusAdmin.TopicState;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Tells whether a device exists, and whether it is in a group. Of what is not known, it says no
/// only after `fairlead.devices` has been read to the end that it had when it was asked: who has
/// just been told that a device was made can command it.
///
/// Askers share the reading: however many ask at once, one asks the broker at a time.
public final class KnownDevices {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

  private final Vertx vertx;
  private final BusAdmin admin;
  private final PgDevices devices;
  private @Nullable Future<Void> running;
  private @Nullable Future<Void> next;

  /// @param admin tells the ends of the topic
  public KnownDevices(Vertx vertx, BusAdmin admin, PgDevices devices) {
    this.vertx = vertx;
    this.admin = admin;
    this.devices = devices;
  }

  /// Whether the device exists.
  ///
  /// @return fails with `unavailable` when the topic could not be read to its end within 2 s
  public Future<Boolean> exists(DeviceKey device) {
    return devices
        .exists(device)
        .compose(
            known ->
                known
                    ? Future.succeededFuture(true)
                    : catchUp().compose(_ -> devices.exists(device)));
  }

  /// Whether the device is in the group.
  ///
  /// @return fails with `unavailable` when the topic could not be read to its end within 2 s
  public Future<Boolean> isInGroup(DeviceKey device, String group) {
    return devices
        .isInGroup(device, group)
        .compose(
            known ->
                known
                    ? Future.succeededFuture(true)
                    : catchUp().compose(_ -> devices.isInGroup(device, group)));
  }

  /// Those of some devices that exist, and that are in the group if there is one to be in.
  ///
  /// @return fails with `unavailable` when the topic could not be read to its end within 2 s
  public Future<Set<DeviceKey>> known(List<DeviceKey> wanted, Optional<String> group) {
    return devices
        .known(wanted, group)
        .compose(
            found ->
                found.size() == wanted.size()
                    ? Future.succeededFuture(found)
                    : catchUp().compose(_ -> devices.known(wanted, group)));
  }

  /// A reading that begins after this call. One that is under way has asked for the end already and
  /// may miss what came since; the one after it serves everybody who asks meanwhile.
  private synchronized Future<Void> catchUp() {
    if (running == null || running.isComplete()) {
      running = readToEnd();
      return running;
    }
    if (next == null) {
      Promise<Void> promise = Promise.promise();
      Future<Void> following = promise.future();
      next = following;
      running.onComplete(_ -> begin().onComplete(promise));
      return following;
    }
    return next;
  }

  private synchronized Future<Void> begin() {
    next = null;
    running = readToEnd();
    return running;
  }

  private Future<Void> readToEnd() {
    long until = System.nanoTime() + PATIENCE.toNanos();
    return admin
        .partitionsOf(Topic.DEVICES)
        .compose(count -> admin.describe(Topic.DEVICES, partitions(count)))
        .compose(state -> reach(state, until))
        .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .recover(_ -> Future.failedFuture(notNow()));
  }

  private Future<Void> reach(TopicState state, long until) {
    return devices
        .positions()
        .compose(
            positions -> {
              if (isReached(state, positions)) {
                return Future.succeededFuture();
              }
              return System.nanoTime() >= until
                  ? Future.failedFuture(notNow())
                  : vertx.timer(LOOK_INTERVAL.toMillis()).compose(_ -> reach(state, until));
            });
  }

  private static boolean isReached(TopicState state, Map<Integer, Long> positions) {
    return state.bounds().entrySet().stream()
        .allMatch(
            partition ->
                positions.getOrDefault(partition.getKey(), 0L) >= partition.getValue().end());
  }

  private static Set<Integer> partitions(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toSet());
  }

  private static Throwable notNow() {
    return Problem.of(
            ProblemType.UNAVAILABLE,
            "The device is not known here, and whether it was made just now cannot be told.")
        .retryAfter(Duration.ofSeconds(2))
        .exception();
  }
}
