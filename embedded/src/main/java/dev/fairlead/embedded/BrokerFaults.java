package dev.fairlead.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.internals.Exit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears of fatal faults. The Kafka server ends its JVM on one, through procedures that are global;
/// these are replaced for good by ones that tell the brokers of this JVM. Which of several brokers
/// failed is not known to the procedure, so that all are told.
final class BrokerFaults {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerFaults.class);
  private static final Set<BrokerFaults> LISTENING = ConcurrentHashMap.newKeySet();

  private enum Phase {
    STARTING,
    RUNNING,
    FAILED,
    CLOSED
  }

  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTING);
  private final Consumer<String> onFatal;

  private BrokerFaults(Consumer<String> onFatal) {
    this.onFatal = onFatal;
  }

  /// Listens from now on; a fault counts as a failed start until [#started()].
  static BrokerFaults listen(Consumer<String> onFatal) {
    Exit.setExitProcedure(BrokerFaults::tellAll);
    Exit.setHaltProcedure(BrokerFaults::tellAll);
    var faults = new BrokerFaults(onFatal);
    LISTENING.add(faults);
    return faults;
  }

  /// The answer of an application that has none of its own: one line, then the end, without the
  /// shutdown hooks, which would wait for the broker.
  static void haltJvm(String sentence) {
    LOG.atError().log(sentence);
    Runtime.getRuntime().halt(1);
  }

  /// Marks the end of the start.
  ///
  /// @return whether it went well
  boolean started() {
    return phase.compareAndSet(Phase.STARTING, Phase.RUNNING);
  }

  /// Takes whatever the broker reports from now on for part of its end.
  void close() {
    phase.set(Phase.CLOSED);
    LISTENING.remove(this);
  }

  private static void tellAll(int status, @Nullable String message) {
    String reason = message == null ? "status " + status : message;
    LISTENING.forEach(faults -> faults.tell(reason));
  }

  private void tell(String reason) {
    if (phase.compareAndSet(Phase.RUNNING, Phase.FAILED)) {
      onFatal.accept("The embedded Kafka broker has failed and cannot go on: " + reason);
    } else {
      phase.compareAndSet(Phase.STARTING, Phase.FAILED);
    }
  }
}
