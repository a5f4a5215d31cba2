package dev.fairlead.bus.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.Received;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class AccessViewTest {

  private static final long NOW = 1_000_000;
  private static final DeviceKey DEVICE = DeviceKey.of("default", "lamp-1");

  private static final String FINGERPRINT = "0a".repeat(32);

  private final AccessView view = new AccessView(InstantSource.fixed(Instant.ofEpochMilli(NOW)));

  private void tell(AccessMessage message) {
    view.accept(Received.from(message.toRecord(), 0, 0));
  }

  @Test
  void knowsAnApiKeyByItsFingerprintUntilItIsWithdrawn() {
    // Given
    String fingerprint = AccessView.fingerprint("secret");
    AccessMessage.ApiKey key =
        new AccessMessage.ApiKey(fingerprint, "admin", "default", "ADMIN", 0);
    tell(key);

    // Then
    assertThat(view.authenticate("secret")).contains(new Principal("admin", "default", Role.ADMIN));
    assertThat(view.authenticate("Secret")).isEmpty();

    // When
    tell(new AccessMessage.Withdrawn(key.key()));

    // Then
    assertThat(view.authenticate("secret")).isEmpty();
  }

  @Test
  void refusesAnExpiredApiKey() {
    // Given
    tell(new AccessMessage.ApiKey(AccessView.fingerprint("old"), "k1", "default", "VIEWER", NOW));
    tell(
        new AccessMessage.ApiKey(
            AccessView.fingerprint("young"), "k2", "default", "VIEWER", NOW + 1));

    // Then
    assertThat(view.authenticate("old")).isEmpty();
    assertThat(view.authenticate("young")).isPresent();
  }

  @Test
  void forgetsARevocationWhenNoOlderTokenCanBeValid() {
    // Given
    tell(new AccessMessage.Revocation(DEVICE, 3, NOW + 1));

    // Then
    assertThat(view.lowestGeneration(DEVICE)).isEqualTo(3);
    assertThat(view.lowestGeneration(DeviceKey.of("other", "lamp-1"))).isZero();

    // When
    tell(new AccessMessage.Revocation(DEVICE, 3, NOW));

    // Then
    assertThat(view.lowestGeneration(DEVICE)).isZero();
  }

  @Test
  void takesTheSameRecordTwiceWithoutHarm() {
    // Given
    AccessMessage.SigningKey key = new AccessMessage.SigningKey("k1", "{}");

    // When
    tell(key);
    tell(key);
    tell(new AccessMessage.Generation(4));
    tell(new AccessMessage.Generation(4));

    // Then
    assertThat(view.signingKeys()).containsExactly(key);
    assertThat(view.generation()).isEqualTo(4);
  }

  @Test
  void refusesWhatItCannotUnderstandAndTellsNobody() {
    // Given
    List<AccessMessage> told = new ArrayList<>();
    view.onChange(told::add);

    // When
    ThrowingCallable accepting =
        () ->
            view.accept(
                Received.withValue(
                    Received.from(new AccessMessage.Generation(4).toRecord(), 0, 0),
                    new byte[] {1}));

    // Then
    assertThatThrownBy(accepting).isInstanceOf(MalformedRecordException.class);
    assertThat(told).isEmpty();
    assertThat(view.generation()).isZero();
  }

  @Test
  void shutsTheKeysOfASuspendedTenantOutUntilItIsLetIn() {
    // Given
    TenantId tenant = new TenantId("acme");
    tell(
        new AccessMessage.ApiKey(
            AccessView.fingerprint("secret"), "k", tenant.value(), "VIEWER", 0));
    AccessMessage.Suspension suspension = new AccessMessage.Suspension(tenant);

    // When
    tell(suspension);
    tell(suspension);

    // Then
    assertThat(view.isSuspended(tenant)).isTrue();
    assertThat(view.authenticate("secret")).isEmpty();
    tell(new AccessMessage.Withdrawn(suspension.key()));
    assertThat(view.isSuspended(tenant)).isFalse();
    assertThat(view.authenticate("secret")).isPresent();
  }

  @Test
  void knowsAnAuthorityUntilItIsWithdrawn() {
    // Given
    AccessMessage.CertificateAuthority authority =
        new AccessMessage.CertificateAuthority(
            new TenantId("acme"),
            FINGERPRINT,
            "PEM",
            AccessMessage.CertificateAuthority.Kind.FOREIGN);

    // When
    tell(authority);
    tell(authority);

    // Then
    assertThat(view.authority(FINGERPRINT)).contains(authority);
    assertThat(view.authorities()).containsExactly(authority);
    assertThat(view.authority("0b".repeat(32))).isEmpty();
    tell(new AccessMessage.Withdrawn(authority.key()));
    assertThat(view.authority(FINGERPRINT)).isEmpty();
  }

  @Test
  void forgetsTheRevocationOfACertificateThatHasRunOut() {
    // Given
    tell(new AccessMessage.CertificateRevocation(DEVICE, FINGERPRINT, NOW + 1));

    // Then
    assertThat(view.isCertificateRevoked(FINGERPRINT)).isTrue();

    // When
    tell(new AccessMessage.CertificateRevocation(DEVICE, FINGERPRINT, NOW));

    // Then
    assertThat(view.isCertificateRevoked(FINGERPRINT)).isFalse();
  }

  @Test
  void forgetsTheRevocationOfACertificateThatIsWithdrawn() {
    // Given
    var revocation = new AccessMessage.CertificateRevocation(DEVICE, FINGERPRINT, NOW + 1);
    tell(revocation);

    // When
    tell(new AccessMessage.Withdrawn(revocation.key()));

    // Then
    assertThat(view.isCertificateRevoked(FINGERPRINT)).isFalse();
  }

  @Test
  void shutsABlockedDeviceOutUntilItIsLetIn() {
    // Given
    AccessMessage.Block block = new AccessMessage.Block(DEVICE);

    // When
    tell(block);
    tell(block);

    // Then
    assertThat(view.isBlocked(DEVICE)).isTrue();
    assertThat(view.isBlocked(DeviceKey.of("other", "lamp-1"))).isFalse();
    tell(new AccessMessage.Withdrawn(block.key()));
    assertThat(view.isBlocked(DEVICE)).isFalse();
  }

  @Test
  void refusesToWithdrawTheRevocationOfNoDevice() {
    // When
    ThrowingCallable accepting =
        () ->
            view.accept(
                Received.from(
                    BusRecord.keyed(Topic.ACCESS, "revocation/nothing", Map.of(), null), 0, 0));

    // Then
    assertThatThrownBy(accepting).isInstanceOf(MalformedRecordException.class);
  }
}
