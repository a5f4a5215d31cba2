package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.InboxAddress;
import java.util.Map;

/// What `fairlead.gateways` says: beats of gateways and registries, and the end of gateways.
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
    if (!record.key().startsWith(GATEWAY_KEY)) {
      throw new MalformedRecordException("the key names neither a gateway nor a registry");
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

  /// Keys of registries begin so.
  String REGISTRY_KEY = "registry/";
}
