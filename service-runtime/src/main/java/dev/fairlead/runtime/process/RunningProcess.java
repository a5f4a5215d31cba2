package dev.fairlead.runtime.process;

import dev.fairlead.runtime.health.ManagementServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A service that has been started in this process.
final class RunningProcess {
  private static final Logger log = LoggerFactory.getLogger(RunningProcess.class);

  private final String name;
  private final Vertx vertx;
  private final Service service;
  private final ManagementServer management;
  private final Duration stopTimeout;
  private final AtomicBoolean stopping = new AtomicBoolean();

  RunningProcess(
      String name,
      Vertx vertx,
      Service service,
      ManagementServer management,
      Duration stopTimeout) {
    this.name = name;
    this.vertx = vertx;
    this.service = service;
    this.management = management;
    this.stopTimeout = stopTimeout;
  }

  /// Starts the management port first, so that a slow start can be watched, then the service.
  Future<Void> start() {
    return management
        .start()
        .compose(_ -> service.start())
        .onSuccess(
            _ -> {
              service.health().ready();
              log.atInfo()
                  .addKeyValue("service", name)
                  .addKeyValue("managementPort", management.port())
                  .log("ready");
            });
  }

  int managementPort() {
    return management.port();
  }

  /// Stops everything, once, and waits for it within the bound. To be called from a thread of its
  /// own.
  void stop() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    service.health().draining();
    long deadline = System.nanoTime() + stopTimeout.toNanos();
    await("service", service.stop(), deadline);
    await("management", management.stop(), deadline);
    // Waited for by itself: a future that lives on a loop is not completed once the loop is gone.
    await("vertx", vertx.close(), deadline);
    log.atInfo().addKeyValue("service", name).log("stopped");
  }

  private void await(String part, Future<Void> stopped, long deadline) {
    try {
      stopped.await(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      log.atError()
          .addKeyValue("service", name)
          .addKeyValue("part", part)
          .addKeyValue("timeout", stopTimeout)
          .log("not stopped in time");
    } catch (Throwable e) { // whatever a future failed with: the rest is stopped in any case
      log.atError()
          .addKeyValue("service", name)
          .addKeyValue("part", part)
          .setCause(e)
          .log("stop failed");
    }
  }
}
