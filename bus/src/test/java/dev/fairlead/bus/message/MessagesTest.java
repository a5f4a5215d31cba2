package dev.fairlead.bus.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.Received;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {

  private static final String FINGERPRINT = "0a".repeat(32);
  private static final DeviceKey DEVICE = DeviceKey.of("default", "lamp-1");
  private static final TenantId TENANT = new TenantId("acme");
  private static final Optional<DeviceId> VALVE = Optional.of(new DeviceId("valve-3"));
  private static final SessionId SESSION = new SessionId("0011aabb");
  private static final Epoch EPOCH = new Epoch(2, 41);
  private static final InboxAddress ADDRESS = new InboxAddress(3, "gw-a");
  private static final SessionMessage.Place PLACE =
      new SessionMessage.Place(ADDRESS, "fairlead.v1.json", "127.0.0.1");
  private static final int MUTATIONS = 2_000;

  /// A record and the decoder of its topic.
  record Sample(String name, BusRecord record, Function<ReceivedRecord, ?> decoder) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Sample> samples() {
    return Stream.of(
        new Sample(
            "opened", SessionMessage.opened(DEVICE, SESSION, 2, PLACE, 77), SessionMessage::decode),
        new Sample(
            "resumed",
            SessionMessage.resumed(DEVICE, SESSION, EPOCH, PLACE, 77),
            SessionMessage::decode),
        new Sample(
            "closed",
            SessionMessage.closed(DEVICE, SESSION, EPOCH, CloseReason.TIMED_OUT, 77),
            SessionMessage::decode),
        new Sample(
            "certificate",
            new InboxMessage.Certificate(DEVICE, SESSION, Optional.of("c-1"), "PEM")
                .toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "no certificate",
            new InboxMessage.NoCertificate(DEVICE, SESSION, Optional.empty(), "bad-certificate")
                .toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "desired",
            new InboxMessage.Desired(
                    DEVICE, SESSION, Optional.empty(), 4, OptionalLong.of(3), "{}".getBytes(UTF_8))
                .toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "answer to a desired state",
            deviceMessage(DeviceMessage.Type.DESIRED_ACK).toRecord(),
            DeviceMessage::decode),
        new Sample("deliver", deliver(Optional.empty()).toRecord(ADDRESS), InboxMessage::decode),
        new Sample(
            "cancel",
            new InboxMessage.Cancel(DEVICE, SESSION, Optional.empty(), "c-1").toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "cancel for a sub-device",
            new InboxMessage.Cancel(DEVICE, SESSION, VALVE, "c-1").toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "deliver to a sub-device", deliver(VALVE).toRecord(ADDRESS), InboxMessage::decode),
        new Sample(
            "close",
            new InboxMessage.Close(DEVICE, SESSION, CloseReason.REPLACED).toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "flapping",
            new InboxMessage.Flapping(DEVICE, SESSION, 77).toRecord(ADDRESS),
            InboxMessage::decode),
        new Sample(
            "result", deviceMessage(DeviceMessage.Type.RESULT).toRecord(), DeviceMessage::decode),
        new Sample("ended", ended(new byte[] {1, -1}).toRecord(), CommandEnded::decode),
        new Sample(
            "telemetry",
            deviceMessage(DeviceMessage.Type.TELEMETRY).toRecord(),
            DeviceMessage::decode),
        new Sample(
            "gateway beat",
            new GatewayMessage.GatewayBeat(ADDRESS, 12, true).toRecord(),
            GatewayMessage::decode),
        new Sample(
            "registry beat",
            new GatewayMessage.RegistryBeat("reg-1", 5).toRecord(),
            GatewayMessage::decode),
        new Sample(
            "gateway lost",
            new GatewayMessage.GatewayLost("gw-a").toRecord(),
            GatewayMessage::decode),
        new Sample(
            "gateway stopped",
            new GatewayMessage.GatewayStopped("gw-a").toRecord(),
            GatewayMessage::decode),
        new Sample(
            "use",
            new GatewayMessage.TenantUse(
                    "gw-a",
                    Set.of(Limit.CONNECTIONS, Limit.BYTES),
                    List.of(new GatewayMessage.Use(TENANT, Limit.BYTES, 2.5, true)))
                .toRecord(),
            GatewayMessage::decode),
        new Sample(
            "use ended", new GatewayMessage.UseEnded("gw-a").toRecord(), GatewayMessage::decode),
        new Sample("shares", shares().toRecord(), GatewayMessage::decode),
        new Sample(
            "no shares",
            new GatewayMessage.TenantShares("gw-a", List.of()).toRecord(),
            GatewayMessage::decode),
        new Sample("device", present().toRecord(), DeviceChange::decode),
        new Sample(
            "device deleted",
            new DeviceChange.Deleted(DEVICE, 77).toRecord(),
            DeviceChange::decode),
        new Sample("type", definedType().toRecord(), DevicesMessage::decode),
        new Sample(
            "type deleted",
            new TypeChange.Deleted(TENANT, "lamp", 77).toRecord(),
            DevicesMessage::decode),
        new Sample(
            "signing key",
            new AccessMessage.SigningKey("k1", "{\"kty\":\"EC\"}").toRecord(),
            AccessMessage::decode),
        new Sample(
            "api key",
            new AccessMessage.ApiKey("ab", "admin", "default", "ADMIN", 0).toRecord(),
            AccessMessage::decode),
        new Sample(
            "revocation",
            new AccessMessage.Revocation(DEVICE, 2, 99).toRecord(),
            AccessMessage::decode),
        new Sample(
            "suspension",
            new AccessMessage.Suspension(new TenantId("acme")).toRecord(),
            AccessMessage::decode),
        new Sample(
            "limits",
            new AccessMessage.TenantLimits(TENANT, Map.of(Limit.DEVICES, 3L)).toRecord(),
            AccessMessage::decode),
        new Sample(
            "certificate authority",
            new AccessMessage.CertificateAuthority(
                    new TenantId("acme"),
                    FINGERPRINT,
                    "-----BEGIN CERTIFICATE-----",
                    AccessMessage.CertificateAuthority.Kind.FOREIGN)
                .toRecord(),
            AccessMessage::decode),
        new Sample(
            "certificate revocation",
            new AccessMessage.CertificateRevocation(DEVICE, FINGERPRINT, 99).toRecord(),
            AccessMessage::decode),
        new Sample("block", new AccessMessage.Block(DEVICE).toRecord(), AccessMessage::decode),
        new Sample("generation", new AccessMessage.Generation(4).toRecord(), AccessMessage::decode),
        new Sample(
            "withdrawn",
            new AccessMessage.Withdrawn("api-key/ab").toRecord(),
            AccessMessage::decode));
  }

  private static GatewayMessage.TenantShares shares() {
    return new GatewayMessage.TenantShares(
        "gw-a", List.of(new GatewayMessage.Share(TENANT, Limit.CONNECTIONS, 3)));
  }

  private static InboxMessage.Deliver deliver(Optional<DeviceId> subDevice) {
    return new InboxMessage.Deliver(
        DEVICE, SESSION, subDevice, "c-1", "ping", 5_000, 2, "text/plain", "hi".getBytes(UTF_8));
  }

  private static DeviceMessage deviceMessage(DeviceMessage.Type type) {
    return new DeviceMessage(
        type,
        DEVICE,
        SESSION,
        EPOCH,
        77,
        Optional.of("c-1"),
        Optional.of("failed"),
        Optional.of("no such file"),
        "application/json",
        "{}".getBytes(UTF_8));
  }

  private static TypeChange.Defined definedType() {
    return new TypeChange.Defined(
        TENANT, "lamp/2: große", 5, 2, "{\"telemetry\":{\"type\":\"object\"}}", 77);
  }

  @Test
  void keysATypeAsNoDeviceCanBe() {
    // Given
    ReceivedRecord record = Received.from(definedType().toRecord(), 0, 0);

    // Then
    assertThat(record.key()).isEqualTo(TENANT + "/type:lamp/2: große");
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> DeviceChange.decode(record));
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> TypeChange.decode(Received.from(present().toRecord(), 0, 0)));
  }

  private static DeviceChange.Present present() {
    return new DeviceChange.Present(
        DEVICE,
        Optional.of("Lamp"),
        Optional.empty(),
        Map.of("room", "hall"),
        Optional.of(new Location(53.5438, -9.9661)),
        Optional.of(new DeviceId("house-7")),
        Set.of("lamps"),
        77);
  }

  @Test
  void bringsUseAndSharesOver() {
    // Given
    GatewayMessage.TenantUse use =
        new GatewayMessage.TenantUse(
            "gw-a",
            Set.of(Limit.CONNECTIONS),
            List.of(new GatewayMessage.Use(TENANT, Limit.CONNECTIONS, 2, true)));

    // Then
    assertThat(GatewayMessage.decode(Received.from(use.toRecord(), 0, 0))).isEqualTo(use);
    assertThat(GatewayMessage.decode(Received.from(shares().toRecord(), 0, 0))).isEqualTo(shares());
    assertThat(
            GatewayMessage.decode(
                Received.from(new GatewayMessage.UseEnded("gw-a").toRecord(), 0, 0)))
        .isEqualTo(new GatewayMessage.UseEnded("gw-a"));
  }

  @Test
  void bringsOverUntilWhenADeviceFlaps() {
    // Given
    InboxMessage flapping = new InboxMessage.Flapping(DEVICE, SESSION, 77);

    // Then
    assertThat(InboxMessage.decode(Received.from(flapping.toRecord(ADDRESS), 0, 0)))
        .isEqualTo(flapping);
  }

  @Test
  void givesAnOpenedSessionTheOffsetOfItsRecordAsEpoch() {
    // Given
    BusRecord record = SessionMessage.opened(DEVICE, SESSION, 2, PLACE, 77);

    // When
    SessionMessage message = SessionMessage.decode(Received.from(record, 0, 41));

    // Then
    assertThat(message).isEqualTo(new SessionMessage.Opened(DEVICE, SESSION, EPOCH, PLACE, 77));
  }

  @Test
  void keepsTheEpochOfAResumedSession() {
    // Given
    BusRecord record = SessionMessage.resumed(DEVICE, SESSION, EPOCH, PLACE, 77);

    // When
    SessionMessage message = SessionMessage.decode(Received.from(record, 0, 1_000));

    // Then
    assertThat(message).isEqualTo(new SessionMessage.Resumed(DEVICE, SESSION, EPOCH, PLACE, 77));
  }

  @Test
  void keepsAllSessionsOfADeviceInThePartitionOfTheDevice() {
    // When
    BusRecord record = SessionMessage.closed(DEVICE, SESSION, EPOCH, CloseReason.CLOSED, 77);

    // Then
    assertThat(record.key()).isEqualTo("default/lamp-1/0011aabb");
    assertThat(record.partitionKey()).contains("default/lamp-1");
    assertThat(record.value()).isNull();
    assertThat(SessionMessage.decode(Received.from(record, 0, 42)))
        .isEqualTo(new SessionMessage.Closed(DEVICE, SESSION, EPOCH, CloseReason.CLOSED, 77));
  }

  @Test
  void tellsPatchOfDesiredStateFromTheWhole() {
    // Given
    byte[] body = "{\"a\":1}".getBytes(UTF_8);
    InboxMessage patch =
        new InboxMessage.Desired(DEVICE, SESSION, Optional.empty(), 4, OptionalLong.of(3), body);
    InboxMessage whole =
        new InboxMessage.Desired(
            DEVICE, SESSION, Optional.of(new DeviceId("t-1")), 4, OptionalLong.empty(), body);

    // When
    List<InboxMessage.Desired> received =
        Stream.of(patch, whole)
            .map(message -> Received.from(message.toRecord(ADDRESS), 3, 0))
            .map(record -> (InboxMessage.Desired) InboxMessage.decode(record))
            .toList();

    // Then
    assertThat(received)
        .extracting(InboxMessage.Desired::base)
        .containsExactly(OptionalLong.of(3), OptionalLong.empty());
    assertThat(received)
        .allSatisfy(
            desired -> {
              assertThat(desired.version()).isEqualTo(4);
              assertThat(desired.body()).isEqualTo(body);
              assertThat(desired.session()).isEqualTo(SESSION);
            });
  }

  @Test
  void namesTheSubDeviceOfACancelledCommand() {
    // Given
    InboxMessage cancel = new InboxMessage.Cancel(DEVICE, SESSION, VALVE, "c-1");

    // When
    BusRecord record = cancel.toRecord(ADDRESS);

    // Then
    assertThat(record.key()).isEqualTo(DEVICE.toString());
    assertThat(InboxMessage.decode(Received.from(record, 3, 0))).isEqualTo(cancel);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "valve-3"})
  void carriesACommandToTheInboxOfItsGateway(String subDevice) {
    // Given
    InboxMessage.Deliver sent =
        deliver(Optional.of(subDevice).filter(id -> !id.isEmpty()).map(DeviceId::new));

    // When
    BusRecord record = sent.toRecord(ADDRESS);
    InboxMessage.Deliver received =
        (InboxMessage.Deliver) InboxMessage.decode(Received.from(record, 3, 0));

    // Then
    assertThat(record.partition()).hasValue(3);
    assertThat(record.headers()).containsEntry("to", "gw-a");
    assertThat(received).usingRecursiveComparison().isEqualTo(sent);
  }

  @Test
  void carriesWhatADeviceSaysWithItsBodyUntouched() {
    for (DeviceMessage.Type type : DeviceMessage.Type.values()) {
      // Given
      DeviceMessage sent = deviceMessage(type);

      // When
      BusRecord record = sent.toRecord();
      DeviceMessage received = DeviceMessage.decode(Received.from(record, 0, 0));

      // Then
      assertThat(record.topic()).isEqualTo(type.topic());
      assertThat(received).usingRecursiveComparison().isEqualTo(sent);
    }
  }

  @Test
  void readsBackGatewayDeviceAndAccessMessages() {
    List<GatewayMessage> gateways =
        List.of(
            new GatewayMessage.GatewayBeat(ADDRESS, 12, true),
            new GatewayMessage.RegistryBeat("reg-1", 5),
            new GatewayMessage.GatewayStopped("gw-a"),
            new GatewayMessage.GatewayLost("gw-a"));
    List<DevicesMessage> devices =
        List.of(
            present(),
            new DeviceChange.Deleted(DEVICE, 77),
            definedType(),
            new TypeChange.Deleted(TENANT, "lamp", 77));
    List<AccessMessage> access =
        List.of(
            new AccessMessage.SigningKey("k1", "{}"),
            new AccessMessage.ApiKey("ab", "admin", "default", "ADMIN", 7),
            new AccessMessage.Revocation(DEVICE, 2, 99),
            new AccessMessage.Suspension(new TenantId("acme")),
            new AccessMessage.CertificateAuthority(
                new TenantId("acme"),
                FINGERPRINT,
                "-----BEGIN CERTIFICATE-----",
                AccessMessage.CertificateAuthority.Kind.OWN),
            new AccessMessage.CertificateRevocation(DEVICE, FINGERPRINT, 99),
            new AccessMessage.Block(DEVICE),
            new AccessMessage.Generation(4),
            new AccessMessage.Withdrawn("signing-key/k1"));

    assertThat(gateways)
        .allSatisfy(
            sent ->
                assertThat(GatewayMessage.decode(Received.from(sent.toRecord(), 0, 0)))
                    .isEqualTo(sent));
    assertThat(devices)
        .allSatisfy(
            sent ->
                assertThat(DevicesMessage.decode(Received.from(sent.toRecord(), 0, 0)))
                    .isEqualTo(sent));
    assertThat(access)
        .allSatisfy(
            sent ->
                assertThat(AccessMessage.decode(Received.from(sent.toRecord(), 0, 0)))
                    .isEqualTo(sent));
  }

  private static CommandEnded ended(byte[] body) {
    return new CommandEnded(
        DEVICE,
        UUID.fromString("0198f1f2-3b4c-7d5e-8f60-718293a4b5c6"),
        "valve/open",
        Optional.of("order/4711"),
        "failed",
        2,
        Optional.of("stuck"),
        Instant.parse("2026-11-21T08:00:00.123456Z"),
        Optional.of(CommandEnded.Result.of("failed", "image/png", body)));
  }

  @Test
  void tellsOfTheEndOfACommandWithWhatTheDeviceAnswered() {
    // Given
    CommandEnded message = ended(new byte[] {1, -1});

    // When
    CommandEnded read = CommandEnded.decode(Received.from(message.toRecord(), 0, 0));

    // Then
    assertThat(read).usingRecursiveComparison().isEqualTo(message);
    assertThat(message.toRecord().key()).isEqualTo("default/lamp-1");
  }

  @Test
  void tellsOfTheEndOfACommandThatTheDeviceNeverAnswered() {
    // Given
    CommandEnded message =
        new CommandEnded(
            DEVICE,
            new UUID(1, 2),
            "ping",
            Optional.empty(),
            "expired",
            0,
            Optional.empty(),
            Instant.EPOCH,
            Optional.empty());

    // When
    CommandEnded read = CommandEnded.decode(Received.from(message.toRecord(), 0, 0));

    // Then
    assertThat(read).isEqualTo(message);
  }

  @Test
  void leavesTheBodyOfALargeAnswerOut() {
    // Given
    int max = CommandEnded.BODY_BYTES_MAX;

    // When
    CommandEnded whole = CommandEnded.decode(Received.from(ended(new byte[max]).toRecord(), 0, 0));
    CommandEnded cut =
        CommandEnded.decode(Received.from(ended(new byte[max + 1]).toRecord(), 0, 0));

    // Then
    assertThat(whole.result().orElseThrow().body()).hasSize(max);
    assertThat(whole.result().orElseThrow().isBodyOmitted()).isFalse();
    assertThat(cut.result().orElseThrow().body()).isNull();
    assertThat(cut.result().orElseThrow().isBodyOmitted()).isTrue();
    assertThat(cut.result().orElseThrow().contentType()).contains("image/png");
  }

  @Test
  void readsADeviceFromBeforeThereWereLocationsAndGroups() {
    // Given
    ReceivedRecord record =
        Received.withValue(
            Received.from(present().toRecord(), 0, 0),
            "{\"name\":\"Lamp\",\"type\":\"\",\"tags\":{\"room\":\"hall\"}}".getBytes(UTF_8));

    // When
    DeviceChange change = DeviceChange.decode(record);

    // Then
    assertThat(change)
        .isEqualTo(
            new DeviceChange.Present(
                DEVICE,
                Optional.of("Lamp"),
                Optional.empty(),
                Map.of("room", "hall"),
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                77));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"latitude\":1}", "{\"latitude\":91,\"longitude\":0}", "\"here\""})
  void refusesADeviceThatStandsOnNoMap(String location) {
    // Given
    ReceivedRecord record =
        Received.withValue(
            Received.from(present().toRecord(), 0, 0),
            ("{\"name\":\"\",\"type\":\"\",\"tags\":{},\"location\":" + location + "}")
                .getBytes(UTF_8));

    // Then
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> DeviceChange.decode(record));
  }

  @Test
  void refusesARevocationUnderTheKeyOfAnotherDevice() {
    // Given
    ReceivedRecord record =
        Received.withKey(
            Received.from(new AccessMessage.Revocation(DEVICE, 2, 99).toRecord(), 0, 0),
            "revocation/default/other");

    // Then
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> AccessMessage.decode(record));
  }

  @Test
  void boundsTheCertificateOfAnAuthority() {
    // Given
    int max = AccessMessage.CertificateAuthority.CERTIFICATE_LENGTH_MAX;

    // Then
    assertThat(authority(max).certificate()).hasSize(max);
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> authority(max + 1));
  }

  private static AccessMessage.CertificateAuthority authority(int length) {
    return new AccessMessage.CertificateAuthority(
        new TenantId("acme"),
        FINGERPRINT,
        "x".repeat(length),
        AccessMessage.CertificateAuthority.Kind.FOREIGN);
  }

  @Test
  void takesNoFingerprintThatIsNone() {
    assertThat(List.of("", "a".repeat(63), "a".repeat(65), "A".repeat(64), "g".repeat(64)))
        .allSatisfy(
            text ->
                assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> new AccessMessage.CertificateRevocation(DEVICE, text, 1)));
  }

  @Test
  void refusesAnApiKeyWithARoleOfAnotherVersion() {
    // Given
    ReceivedRecord known =
        Received.from(
            new AccessMessage.ApiKey("ab", "admin", "default", "ADMIN", 0).toRecord(), 0, 0);
    String newer = new String(known.requiredValue(), UTF_8).replace("ADMIN", "AUDITOR");

    // When
    ReceivedRecord record = Received.withValue(known, newer.getBytes(UTF_8));

    // Then
    assertThatExceptionOfType(MalformedRecordException.class)
        .isThrownBy(() -> AccessMessage.decode(record))
        .withMessageContaining("AUDITOR");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void throwsNothingButMalformedWhateverARecordLooksLike(Sample sample) {
    Random random = new Random(sample.name().hashCode());
    for (int i = 0; i < MUTATIONS; i++) {
      ReceivedRecord mutated = mutate(Received.from(sample.record(), 0, 9), random);
      try {
        assertThat((Object) sample.decoder().apply(mutated)).isNotNull();
      } catch (MalformedRecordException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
  }

  private static ReceivedRecord mutate(ReceivedRecord record, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> Received.withKey(record, garbled(record.key(), random));
      case 1 -> Received.withValue(record, null);
      case 2 -> Received.withValue(record, garbledBytes(record, random));
      case 3 -> {
        Map<String, String> fewer = new HashMap<>(record.headers());
        fewer.keySet().removeIf(name -> random.nextBoolean());
        yield Received.withHeaders(record, fewer);
      }
      default -> {
        Map<String, String> garbled = new HashMap<>(record.headers());
        garbled.replaceAll((name, value) -> random.nextBoolean() ? value : garbled(value, random));
        yield Received.withHeaders(record, garbled);
      }
    };
  }

  private static String garbled(String text, Random random) {
    StringBuilder garbled = new StringBuilder(text);
    garbled.insert(random.nextInt(text.length() + 1), (char) random.nextInt(0x300));
    return random.nextInt(4) == 0 ? "" : garbled.toString();
  }

  private static byte[] garbledBytes(ReceivedRecord record, Random random) {
    byte[] value = record.value() == null ? new byte[8] : record.value().clone();
    if (value.length > 0) {
      value[random.nextInt(value.length)] = (byte) random.nextInt();
    }
    return value;
  }
}
