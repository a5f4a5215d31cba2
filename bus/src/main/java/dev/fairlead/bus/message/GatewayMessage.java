package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What `fairlead.gateways` says: beats of gateways and registries, the end of gateways, and what
/// of their limits tenants use and may use at which process.
public sealed interface GatewayMessage {

  /// A gateway lives.
  ///
  /// @param address its inbox, with its name
  /// @param sessions how many devices it holds
  /// @param draining whether it is on its way out
  record GatewayBeat(InboxAddress address, long sessions, boolean draining)
      implements GatewayMessage {}

  /// A registry process lives; its own beats are the clock by which it tells that a gateway does
  /// not.
  ///
  /// @param registry the name of the registry process
  /// @param sequence one more with each beat of that process
  record RegistryBeat(String registry, long sequence) implements GatewayMessage {}

  /// A gateway has stopped in order.
  record GatewayStopped(String gateway) implements GatewayMessage {}

  /// A registry declared a gateway lost. Should it live, it announces its sessions again.
  record GatewayLost(String gateway) implements GatewayMessage {}

  /// What tenants use at a process. One that says nothing any more counts for a while and then as
  /// using nothing.
  ///
  /// @param process the name of a gateway or of another process that keeps limits
  /// @param keeps the limits that it keeps
  /// @param uses of those limits, at most [#ENTRIES_MAX]
  record TenantUse(String process, Set<Limit> keeps, List<Use> uses) implements GatewayMessage {

    public TenantUse {
      keeps = Set.copyOf(keeps);
      uses = List.copyOf(uses);
      checkCount(uses.size());
    }
  }

  /// A process keeps no limits any more.
  record UseEnded(String process) implements GatewayMessage {}

  /// How much of their limits a process may give tenants; of what is not named, the whole.
  ///
  /// @param process whom it concerns
  /// @param shares at most [#ENTRIES_MAX]
  record TenantShares(String process, List<Share> shares) implements GatewayMessage {

    public TenantShares {
      shares = List.copyOf(shares);
      checkCount(shares.size());
    }
  }

  /// What a tenant uses of one of its limits.
  ///
  /// @param used how many there are, or were in a second
  /// @param wanting whether there would be more if the process had not been at its bound
  record Use(TenantId tenant, Limit limit, double used, boolean wanting) {

    public Use {
      checkNumber(used);
    }
  }

  /// How much of one of its limits a process may give a tenant.
  record Share(TenantId tenant, Limit limit, double most) {

    public Share {
      checkNumber(most);
    }
  }

  private static void checkCount(int count) {
    if (count > ENTRIES_MAX) {
      throw new IllegalArgumentException("more than " + ENTRIES_MAX + " entries");
    }
  }

  private static void checkNumber(double number) {
    if (!(number >= 0 && number <= Limit.MAX)) {
      throw new IllegalArgumentException("not a number that a limit may have");
    }
  }

  /// The record that carries this message.
  default BusRecord toRecord() {
    return switch (this) {
      case GatewayBeat beat ->
          record(
              GATEWAY_KEY + beat.address().gateway(),
              "beat",
              MessageJson.write(
                  new BeatDocument(beat.address().toString(), beat.sessions(), beat.draining())));
      case RegistryBeat beat ->
          record(
              REGISTRY_KEY + beat.registry(),
              "beat",
              MessageJson.write(new SequenceDocument(beat.sequence())));
      case GatewayStopped stopped -> record(GATEWAY_KEY + stopped.gateway(), "stopped", null);
      case GatewayLost lost -> record(GATEWAY_KEY + lost.gateway(), "lost", null);
      case TenantUse use -> record(USE_KEY + use.process(), "use", ShareJson.write(use));
      case UseEnded ended -> record(USE_KEY + ended.process(), "use", null);
      case TenantShares shares ->
          record(
              SHARES_KEY + shares.process(),
              "shares",
              shares.shares().isEmpty() ? null : ShareJson.write(shares));
    };
  }

  /// Reads a record of `fairlead.gateways`.
  ///
  /// @throws MalformedRecordException when it is none of these
  static GatewayMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static GatewayMessage decodeChecked(ReceivedRecord record) {
    String type = record.requiredHeader(Headers.TYPE);
    if (record.key().startsWith(REGISTRY_KEY) && type.equals("beat")) {
      return new RegistryBeat(
          record.key().substring(REGISTRY_KEY.length()),
          MessageJson.read(record, SequenceDocument.class).sequence());
    }
    if (record.key().startsWith(USE_KEY) && type.equals("use")) {
      String process = record.key().substring(USE_KEY.length());
      return record.value() == null ? new UseEnded(process) : ShareJson.use(process, record);
    }
    if (record.key().startsWith(SHARES_KEY) && type.equals("shares")) {
      String process = record.key().substring(SHARES_KEY.length());
      return record.value() == null
          ? new TenantShares(process, List.of())
          : ShareJson.shares(process, record);
    }
    if (!record.key().startsWith(GATEWAY_KEY)) {
      throw new MalformedRecordException("the key names nobody who speaks here");
    }
    String gateway = record.key().substring(GATEWAY_KEY.length());
    return switch (type) {
      case "beat" -> {
        BeatDocument document = MessageJson.read(record, BeatDocument.class);
        yield new GatewayBeat(
            InboxAddress.parse(document.address()), document.sessions(), document.draining());
      }
      case "stopped" -> new GatewayStopped(gateway);
      case "lost" -> new GatewayLost(gateway);
      default -> throw new MalformedRecordException("unknown type '" + type + "'");
    };
  }

  private static BusRecord record(
      String key, String type, byte @org.jspecify.annotations.Nullable [] value) {
    return BusRecord.keyed(Topic.GATEWAYS, key, Map.of(Headers.TYPE, type), value);
  }

  /// [GatewayBeat] as JSON.
  record BeatDocument(String address, long sessions, boolean draining) {}

  /// [RegistryBeat] as JSON.
  record SequenceDocument(long sequence) {}

  /// Keys of gateways begin so.
  String GATEWAY_KEY = "gateway/";

  /// How many entries one record has at most: with the longest names, half of what a record holds.
  int ENTRIES_MAX = 8_000;

  /// Keys of what is used at a process begin so.
  String USE_KEY = "use/";

  /// Keys of what a process may give out begin so.
  String SHARES_KEY = "shares/";

  /// Keys of registries begin so.
  String REGISTRY_KEY = "registry/";
}
