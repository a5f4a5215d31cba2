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
import java.util.regex.Pattern;

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

  /// A certificate authority: a device whose certificate it has signed is one of this tenant,
  /// whatever the certificate says.
  ///
  /// @param tenant whose devices it vouches for
  /// @param fingerprint SHA-256 of the certificate's DER form, in lower-case hexadecimal
  /// @param certificate as PEM, at most [#CERTIFICATE_LENGTH_MAX] characters
  record CertificateAuthority(TenantId tenant, String fingerprint, String certificate, Kind kind)
      implements AccessMessage {

    /// Who holds its key.
    public enum Kind {
      /// The product: its certificates carry a credential generation.
      OWN,
      /// The tenant.
      FOREIGN
    }

    /// The longest certificate; an authority with a key of 8,192 bits needs a quarter of it.
    public static final int CERTIFICATE_LENGTH_MAX = 16 * 1024;

    /// @throws IllegalArgumentException for what is no fingerprint, or too long a certificate
    public CertificateAuthority {
      requireFingerprint(fingerprint);
      Objects.requireNonNull(kind, "an authority needs a kind");
      if (certificate.length() > CERTIFICATE_LENGTH_MAX) {
        throw new IllegalArgumentException("too long a certificate");
      }
    }

    @Override
    public String key() {
      return AUTHORITY + fingerprint;
    }
  }

  /// One certificate of a device no longer counts.
  ///
  /// @param device whose it is
  /// @param fingerprint SHA-256 of the certificate's DER form, in lower-case hexadecimal
  /// @param untilMillis since 1970, when the certificate runs out by itself
  record CertificateRevocation(DeviceKey device, String fingerprint, long untilMillis)
      implements AccessMessage {

    /// @throws IllegalArgumentException for what is no fingerprint
    public CertificateRevocation {
      requireFingerprint(fingerprint);
    }

    @Override
    public String key() {
      return CERTIFICATE_REVOCATION + fingerprint;
    }
  }

  /// A device is shut out, whatever credential it shows.
  record Block(DeviceKey device) implements AccessMessage {

    @Override
    public String key() {
      return BLOCK + device;
    }
  }

  private static void requireFingerprint(String text) {
    if (!FINGERPRINT.matcher(text).matches()) {
      throw new IllegalArgumentException("a fingerprint is 64 hexadecimal digits");
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

    /// The device that was blocked; empty for anything else.
    public Optional<DeviceKey> blockedDevice() {
      return key.startsWith(BLOCK)
          ? Optional.of(DeviceKey.parse(key.substring(BLOCK.length())))
          : Optional.empty();
    }

    /// The fingerprint of the certificate authority that this was; empty for anything else.
    public Optional<String> authority() {
      return key.startsWith(AUTHORITY)
          ? Optional.of(key.substring(AUTHORITY.length()))
          : Optional.empty();
    }

    /// The fingerprint of the certificate that was revoked; empty for anything else.
    public Optional<String> revokedCertificate() {
      return key.startsWith(CERTIFICATE_REVOCATION)
          ? Optional.of(key.substring(CERTIFICATE_REVOCATION.length()))
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
      case CertificateAuthority authority ->
          record(
              "certificate-authority",
              MessageJson.write(
                  new AuthorityDocument(
                      authority.tenant().value(),
                      authority.fingerprint(),
                      authority.certificate(),
                      authority.kind().name())));
      case CertificateRevocation revocation ->
          record(
              "certificate-revocation",
              MessageJson.write(
                  new CertificateRevocationDocument(
                      revocation.device().toString(),
                      revocation.fingerprint(),
                      revocation.untilMillis())));
      case Block block ->
          record("block", MessageJson.write(new BlockDocument(block.device().toString())));
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
      withdrawn.blockedDevice();
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
          case "certificate-authority" -> {
            AuthorityDocument document = MessageJson.read(record, AuthorityDocument.class);
            yield new CertificateAuthority(
                new TenantId(document.tenant()),
                document.fingerprint(),
                document.certificate(),
                CertificateAuthority.Kind.valueOf(document.kind()));
          }
          case "certificate-revocation" -> {
            CertificateRevocationDocument document =
                MessageJson.read(record, CertificateRevocationDocument.class);
            yield new CertificateRevocation(
                DeviceKey.parse(document.device()), document.fingerprint(), document.untilMillis());
          }
          case "block" ->
              new Block(DeviceKey.parse(MessageJson.read(record, BlockDocument.class).device()));
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

  /// [CertificateAuthority] as JSON.
  record AuthorityDocument(String tenant, String fingerprint, String certificate, String kind) {}

  /// [CertificateRevocation] as JSON.
  record CertificateRevocationDocument(String device, String fingerprint, long untilMillis) {}

  /// [Block] as JSON.
  record BlockDocument(String device) {}

  /// What a fingerprint of a certificate looks like.
  Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  /// Keys of certificate authorities begin so.
  String AUTHORITY = "ca/";

  /// Keys of revocations of certificates begin so.
  String CERTIFICATE_REVOCATION = "certificate-revocation/";

  /// Keys of blocks begin so.
  String BLOCK = "block/";

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
