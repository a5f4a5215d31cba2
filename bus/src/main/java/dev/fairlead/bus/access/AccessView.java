package dev.fairlead.bus.access;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.ApiKeyUse;
import dev.fairlead.runtime.http.Authenticator;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What `fairlead.access` says now. Written by one tail, read from any thread.
public final class AccessView implements Authenticator {

  private final InstantSource clock;
  private final Map<String, AccessMessage.SigningKey> signingKeys = new ConcurrentHashMap<>();
  private final SigningKeys publicKeys = new SigningKeys();
  private final SignedTokens tokens;
  private final PersonTokenVerifier persons;
  private final Map<String, AccessMessage.ApiKey> apiKeys = new ConcurrentHashMap<>();
  private final Map<DeviceKey, AccessMessage.Revocation> revocations = new ConcurrentHashMap<>();
  private final Set<TenantId> suspended = ConcurrentHashMap.newKeySet();
  private final Map<TenantId, AccessMessage.TenantLimits> limits = new ConcurrentHashMap<>();
  private final Map<String, AccessMessage.CertificateAuthority> authorities =
      new ConcurrentHashMap<>();
  private final Map<String, AccessMessage.CertificateRevocation> revokedCertificates =
      new ConcurrentHashMap<>();
  private final ApiKeyUses uses = new ApiKeyUses();
  private final Set<DeviceKey> blocked = ConcurrentHashMap.newKeySet();
  private final List<Consumer<AccessMessage>> listeners = new CopyOnWriteArrayList<>();
  private volatile long generation;

  /// @param clock tells whether a key or a revocation has run out
  public AccessView(InstantSource clock) {
    this.clock = clock;
    this.tokens = new SignedTokens(publicKeys, clock);
    this.persons = new PersonTokenVerifier(tokens, this::isSuspended);
  }

  /// Takes a record of the topic in.
  ///
  /// @throws MalformedRecordException when it cannot be understood; nothing has changed then
  public void accept(ReceivedRecord record) {
    AccessMessage message = AccessMessage.decode(record);
    apply(message);
    listeners.forEach(listener -> listener.accept(message));
  }

  private void apply(AccessMessage message) {
    switch (message) {
      case AccessMessage.SigningKey key -> {
        signingKeys.put(key.keyId(), key);
        publicKeys.learn(key);
      }
      case AccessMessage.ApiKey key -> apiKeys.put(key.sha256(), key);
      case AccessMessage.Revocation revocation -> revocations.put(revocation.device(), revocation);
      case AccessMessage.Suspension suspension -> suspended.add(suspension.tenant());
      case AccessMessage.TenantLimits instead -> limits.put(instead.tenant(), instead);
      case AccessMessage.CertificateAuthority authority ->
          authorities.put(authority.fingerprint(), authority);
      case AccessMessage.CertificateRevocation revocation ->
          revokedCertificates.put(revocation.fingerprint(), revocation);
      case AccessMessage.Block block -> blocked.add(block.device());
      case AccessMessage.Generation now -> generation = now.number();
      case AccessMessage.Withdrawn withdrawn -> withdraw(withdrawn);
    }
  }

  private void withdraw(AccessMessage.Withdrawn withdrawn) {
    String key = withdrawn.key();
    if (key.startsWith(AccessMessage.SIGNING_KEY)) {
      String keyId = key.substring(AccessMessage.SIGNING_KEY.length());
      signingKeys.remove(keyId);
      publicKeys.forget(keyId);
    } else if (key.startsWith(AccessMessage.API_KEY)) {
      apiKeys.remove(key.substring(AccessMessage.API_KEY.length()));
    } else {
      withdrawn.revokedDevice().ifPresent(revocations::remove);
      withdrawn.suspendedTenant().ifPresent(suspended::remove);
      withdrawn.unlimitedTenant().ifPresent(limits::remove);
      withdrawn.authority().ifPresent(authorities::remove);
      withdrawn.revokedCertificate().ifPresent(revokedCertificates::remove);
      withdrawn.blockedDevice().ifPresent(blocked::remove);
    }
  }

  /// Is told of every change, on the tail's context, after it has been taken in.
  public void onChange(Consumer<AccessMessage> listener) {
    listeners.add(listener);
  }

  /// Who an API key belongs to, or a token that a person's session was given.
  ///
  /// @param key as it was presented
  @Override
  public Optional<Principal> authenticate(String key) {
    return apiKey(fingerprint(key)).or(() -> session(key));
  }

  /// Whose session a token was made for, going by its signature; empty for what is no such token.
  public Optional<Principal> session(String token) {
    return persons.verify(token);
  }

  /// An API key is remembered by its fingerprint; a person's token, good for minutes, as it is.
  @Override
  public Supplier<Future<Optional<Principal>>> standing(String key) {
    String fingerprint = fingerprint(key);
    return apiKeys.containsKey(fingerprint)
        ? () -> Future.succeededFuture(apiKey(fingerprint))
        : () -> Future.succeededFuture(persons.verify(key));
  }

  /// Who the API key of this fingerprint belongs to; it counts as used.
  public Optional<Principal> apiKey(String fingerprint) {
    AccessMessage.ApiKey known = apiKeys.get(fingerprint);
    if (known == null
        || (known.expiresAtMillis() != 0 && known.expiresAtMillis() <= clock.millis())
        || isSuspended(new TenantId(known.tenant()))) {
      return Optional.empty();
    }
    uses.note(new ApiKeyUse(new TenantId(known.tenant()), known.id(), clock.instant()));
    return Optional.of(
        new Principal(known.id(), known.tenant(), Role.valueOf(known.role()), known.group()));
  }

  /// The form in which API keys are known: SHA-256, in lower-case hexadecimal. A key is 256 random
  /// bits, so that the look-up of its fingerprint gives nothing away by the time it takes.
  public static String fingerprint(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Checks whatever is signed with the keys of the registry.
  public SignedTokens tokens() {
    return tokens;
  }

  /// The keys that sign tokens.
  public Collection<AccessMessage.SigningKey> signingKeys() {
    return List.copyOf(signingKeys.values());
  }

  /// The API keys.
  public Collection<AccessMessage.ApiKey> apiKeys() {
    return List.copyOf(apiKeys.values());
  }

  /// Which API keys opened something here.
  public ApiKeyUses apiKeyUses() {
    return uses;
  }

  /// The lowest credential generation that counts for a device; 0 when none was revoked.
  public long lowestGeneration(DeviceKey device) {
    AccessMessage.Revocation revocation = revocations.get(device);
    return revocation == null || revocation.untilMillis() <= clock.millis()
        ? 0
        : revocation.lowestGeneration();
  }

  /// Whether a tenant is shut out.
  public boolean isSuspended(TenantId tenant) {
    return suspended.contains(tenant);
  }

  /// What a tenant has instead of the limits that all have.
  public Map<Limit, Long> limits(TenantId tenant) {
    AccessMessage.TenantLimits instead = limits.get(tenant);
    return instead == null ? Map.of() : instead.limits();
  }

  /// All that tenants have instead of the limits that all have.
  public Collection<AccessMessage.TenantLimits> limits() {
    return List.copyOf(limits.values());
  }

  /// The certificate authorities of all tenants.
  public Collection<AccessMessage.CertificateAuthority> authorities() {
    return List.copyOf(authorities.values());
  }

  /// A certificate authority by its fingerprint; empty for one that nobody has, or has any more.
  public Optional<AccessMessage.CertificateAuthority> authority(String fingerprint) {
    return Optional.ofNullable(authorities.get(fingerprint));
  }

  /// Whether the certificate of that fingerprint was revoked. Of one that has run out by itself
  /// nothing is said.
  public boolean isCertificateRevoked(String fingerprint) {
    AccessMessage.CertificateRevocation revocation = revokedCertificates.get(fingerprint);
    return revocation != null && revocation.untilMillis() > clock.millis();
  }

  /// Whether a device is shut out.
  public boolean isBlocked(DeviceKey device) {
    return blocked.contains(device);
  }

  /// The generation of the bus; 0 until a registry has published one.
  public long generation() {
    return generation;
  }
}
