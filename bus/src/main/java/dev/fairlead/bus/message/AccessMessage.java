package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.Role;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What `fairlead.access` says: what admission needs to know, and no more. Each message has a key
/// of its own; [Withdrawn] takes one back.
public sealed interface AccessMessage {

  /// The key of the message on the topic.
  String key();

  /// A public key that signs device tokens.
  ///
  /// @param keyId the token's `kid`
  /// @param jwk the public key as a JSON Web Key (RFC 7517), as text
  record SigningKey(String keyId, String jwk) implements AccessMessage {

    public SigningKey {
      Objects.requireNonNull(keyId);
      Objects.requireNonNull(jwk, "a signing key needs a jwk");
    }

    @Override
    public String key() {
      return SIGNING_KEY + keyId;
    }
  }

  /// An API key, by its fingerprint.
  ///
  /// @param sha256 of the key's text, in lower-case hexadecimal
  /// @param id to show and to log
  /// @param tenant that it acts in
  /// @param role `VIEWER`, `OPERATOR`, `ADMIN` or `PLATFORM`
  /// @param expiresAtMillis since 1970; 0 for never
  record ApiKey(String sha256, String id, String tenant, String role, long expiresAtMillis)
      implements AccessMessage {

    /// @throws IllegalArgumentException for a role that is unknown here: better no key than one
    ///     with rights that nobody understands
    public ApiKey {
      Objects.requireNonNull(sha256);
      Objects.requireNonNull(id, "an API key needs an id");
      Objects.requireNonNull(tenant, "an API key needs a tenant");
      Role.valueOf(role);
    }

    @Override
    public String key() {
      return API_KEY + sha256;
    }
  }

  /// Older credentials of a device no longer count.
  ///
  /// @param device whose they are
  /// @param lowestGeneration the lowest credential generation that is still good
  /// @param untilMillis since 1970, from when on no older token can be valid anyway
  record Revocation(DeviceKey device, long lowestGeneration, long untilMillis)
      implements AccessMessage {

    @Override
    public String key() {
      return REVOCATION + device;
    }
  }

  /// A tenant is shut out: none of its devices and keys is admitted.
  record Suspension(TenantId tenant) implements AccessMessage {

    @Override
    public String key() {
      return SUSPENSION + tenant;
    }
  }

  /// The generation of the bus: the first part of every new epoch.
  record Generation(long number) implements AccessMessage {

    @Override
    public String key() {
      return GENERATION;
    }
  }

  /// What stood under this key no longer holds.
  record Withdrawn(String key) implements AccessMessage {

    /// The device whose revocation this was; empty for anything else.
    public Optional<DeviceKey> revokedDevice() {
      return key.startsWith(REVOCATION)
          ? Optional.of(DeviceKey.parse(key.substring(REVOCATION.length())))
          : Optional.empty();
    }

    /// The id of the signing key that this was; empty for anything else.
    public Optional<String> signingKeyId() {
      return key.startsWith(SIGNING_KEY)
          ? Optional.of(key.substring(SIGNING_KEY.length()))
          : Optional.empty();
    }

    /// The tenant that was suspended; empty for anything else.
    public Optional<TenantId> suspendedTenant() {
      return key.startsWith(SUSPENSION)
          ? Optional.of(new TenantId(key.substring(SUSPENSION.length())))
          : Optional.empty();
    }
  }

  /// The record that carries this message.
  default BusRecord toRecord() {
    return switch (this) {
      case SigningKey key -> record("signing-key", MessageJson.write(key));
      case ApiKey key -> record("api-key", MessageJson.write(key));
      case Revocation revocation ->
          record(
              "revocation",
              MessageJson.write(
                  new RevocationDocument(
                      revocation.device().toString(),
                      revocation.lowestGeneration(),
                      revocation.untilMillis())));
      case Suspension suspension ->
          record(
              "suspension", MessageJson.write(new SuspensionDocument(suspension.tenant().value())));
      case Generation generation -> record("generation", MessageJson.write(generation));
      case Withdrawn _ -> record("withdrawn", null);
    };
  }

  /// Reads a record of `fairlead.access`.
  ///
  /// @throws MalformedRecordException when it is none of these
  static AccessMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static AccessMessage decodeChecked(ReceivedRecord record) {
    if (record.value() == null) {
      Withdrawn withdrawn = new Withdrawn(record.key());
      // Fails here, where it makes the record a malformed one, if the key names nobody.
      withdrawn.revokedDevice();
      withdrawn.suspendedTenant();
      return withdrawn;
    }
    String type = record.requiredHeader(Headers.TYPE);
    AccessMessage message =
        switch (type) {
          case "signing-key" -> MessageJson.read(record, SigningKey.class);
          case "api-key" -> MessageJson.read(record, ApiKey.class);
          case "revocation" -> {
            RevocationDocument document = MessageJson.read(record, RevocationDocument.class);
            yield new Revocation(
                DeviceKey.parse(document.device()),
                document.lowestGeneration(),
                document.untilMillis());
          }
          case "suspension" ->
              new Suspension(
                  new TenantId(MessageJson.read(record, SuspensionDocument.class).tenant()));
          case "generation" -> MessageJson.read(record, Generation.class);
          default -> throw new MalformedRecordException("unknown type '" + type + "'");
        };
    if (!message.key().equals(record.key())) {
      throw new MalformedRecordException("the key is not that of the body");
    }
    return message;
  }

  private BusRecord record(String type, byte @org.jspecify.annotations.Nullable [] value) {
    return BusRecord.keyed(Topic.ACCESS, key(), Map.of(Headers.TYPE, type), value);
  }

  /// [Revocation] as JSON.
  record RevocationDocument(String device, long lowestGeneration, long untilMillis) {}

  /// [Suspension] as JSON.
  record SuspensionDocument(String tenant) {}

  /// Keys of suspensions begin so.
  String SUSPENSION = "suspension/";

  /// Keys of signing keys begin so.
  String SIGNING_KEY = "signing-key/";

  /// Keys of API keys begin so.
  String API_KEY = "api-key/";

  /// Keys of revocations begin so.
  String REVOCATION = "revocation/";

  /// The key of the generation.
  String GENERATION = "generation";
}
