package dev.fairlead.command.limit;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.allowance.UseReport;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.message.GatewayMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/// Shares the tenants' commands in a second with the other command services: tells what is used
/// here, and follows what may be. Confined to the context that starts it.
public final class CommandShares {

  private final Allowances allowances;
  private final CommandPace pace;
  private final UseReport report;
  private final TopicTail tail;

  /// @param writer gives a record to the bus
  /// @param access what tenants have instead of the defaults
  public CommandShares(
      Vertx vertx,
      Bus bus,
      Function<BusRecord, ? extends Future<?>> writer,
      LimitSettings settings,
      AccessView access,
      MeterRegistry meters) {
    String process = "command-" + UUID.randomUUID();
    this.allowances = new Allowances(process, settings, access, System::nanoTime);
    this.pace = new CommandPace(allowances, System::nanoTime, meters);
    this.report =
        new UseReport(
            vertx, writer, process, settings.useInterval(), Set.of(Limit.COMMANDS), pace::use);
    this.tail =
        bus.tail(Topic.GATEWAYS, Set.of(0), new TopicTail.Start.End(), this::read, () -> {});
  }

  private void read(ReceivedRecord record) {
    if (record.key().startsWith(GatewayMessage.SHARES_KEY)) {
      allowances.accept(GatewayMessage.decode(record));
    }
  }

  /// What keeps the pace.
  public CommandPace pace() {
    return pace;
  }

  /// Begins.
  public Future<Void> start() {
    report.start();
    return tail.start();
  }

  /// Ends.
  public Future<Void> close() {
    return report.stop().eventually(tail::close);
  }
}
