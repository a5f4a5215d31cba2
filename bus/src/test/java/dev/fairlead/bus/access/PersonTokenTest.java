package dev.fairlead.bus.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Received;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PersonTokenTest {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final long NOW = 1_000_000;
  private static final int COORDINATE_BYTES = 32;

  private final KeyPair keys = keys();
  private final AccessView view = new AccessView(() -> Instant.ofEpochSecond(NOW));

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void publish() {
    ECPublicKey key = (ECPublicKey) keys.getPublic();
    tell(
        new AccessMessage.SigningKey(
            "k1",
            new JsonObject()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("x", coordinate(key.getW().getAffineX()))
                .put("y", coordinate(key.getW().getAffineY()))
                .encode()));
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] padded = new byte[COORDINATE_BYTES];
    int length = Math.min(bytes.length, COORDINATE_BYTES);
    System.arraycopy(bytes, bytes.length - length, padded, COORDINATE_BYTES - length, length);
    return BASE64.encodeToString(padded);
  }

  private void tell(AccessMessage message) {
    view.accept(Received.from(message.toRecord(), 0, 0));
  }

  private static JsonObject claims() {
    return new JsonObject()
        .put("iss", "fairlead")
        .put("aud", "api")
        .put("sub", "person-1")
        .put("ten", "blue")
        .put("role", "OPERATOR")
        .put("iat", NOW)
        .put("exp", NOW + 300);
  }

  private String token(JsonObject header, JsonObject claims) {
    String signed = part(header) + '.' + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(US_ASCII));
      return signed + '.' + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(JsonObject json) {
    return BASE64.encodeToString(json.encode().getBytes(UTF_8));
  }

  private static JsonObject header() {
    return new JsonObject().put("alg", "ES256").put("kid", "k1");
  }

  private Optional<Principal> authenticate(JsonObject claims) {
    return view.authenticate(token(header(), claims));
  }

  @Test
  void isKnownByTheKeysOfTheRegistryAlone() {
    assertThat(authenticate(claims())).contains(new Principal("person-1", "blue", Role.OPERATOR));
  }

  @Test
  void isRefusedWhenAnythingIsNotAsItMustBe() {
    for (JsonObject claims :
        List.of(
            claims().put("iss", "another"),
            claims().put("aud", "internal"),
            claims().put("aud", new JsonArray().add("api")),
            claims().putNull("aud"),
            claims().put("sub", ""),
            claims().put("ten", "Not A Tenant"),
            claims().put("role", "KING"),
            claims().put("role", "operator"),
            claims().put("exp", NOW),
            claims().put("exp", "later"),
            claims().put("gen", 1))) {
      assertThat(authenticate(claims)).as(claims.encode()).isEmpty();
    }
    for (String name : List.of("iss", "aud", "sub", "ten", "role", "exp")) {
      JsonObject claims = claims();
      claims.remove(name);
      assertThat(authenticate(claims)).as("without " + name).isEmpty();
    }
  }

  static Stream<Arguments> wrongTypes() {
    return Stream.of("alg", "kid", "crit", "iss", "aud", "sub", "ten", "role", "exp", "grp", "gen")
        .flatMap(
            member ->
                Stream.of(
                        Optional.empty(),
                        Optional.of(7),
                        Optional.of(new JsonArray().add("api")),
                        Optional.of(new JsonObject().put("a", "b")),
                        Optional.of(true),
                        Optional.of(BigInteger.TEN.pow(30)),
                        Optional.of(Double.MAX_VALUE))
                    .map(value -> Arguments.of(member, value)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongTypes")
  void isRefusedWhenAMemberIsNullOrOfAnotherType(String member, Optional<Object> value) {
    // Given
    boolean ofHeader = List.of("alg", "kid", "crit").contains(member);
    JsonObject header = header();
    JsonObject claims = claims();
    (ofHeader ? header : claims).put(member, value.orElse(null));

    // When
    Optional<Principal> known = view.authenticate(token(header, claims));
    Optional<Principal> unsigned =
        view.authenticate(part(header.copy().put("alg", "none")) + '.' + part(claims) + '.');

    // Then
    assertThat(known).isEmpty();
    assertThat(unsigned).isEmpty();
  }

  @Test
  void isRefusedWithAnotherSignature() {
    // Given
    String token = token(header(), claims());
    String[] parts = token.split("\\.", -1);
    byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
    signature[5] = (byte) (signature[5] ^ 1);
    String forged = part(claims().put("role", "PLATFORM"));

    // Then
    assertThat(view.authenticate(token)).isPresent();
    assertThat(
            view.authenticate(parts[0] + '.' + parts[1] + '.' + BASE64.encodeToString(signature)))
        .isEmpty();
    assertThat(view.authenticate(parts[0] + '.' + forged + '.' + parts[2])).isEmpty();
    assertThat(view.authenticate(token(header().put("kid", "k2"), claims()))).isEmpty();
    assertThat(view.authenticate(token(header().put("alg", "none"), claims()))).isEmpty();
    assertThat(view.authenticate(token(header().put("alg", "HS256"), claims()))).isEmpty();
    assertThat(view.authenticate(part(header().put("alg", "none")) + '.' + parts[1] + '.'))
        .isEmpty();
    assertThat(Arrays.stream(new String[] {"", ".", "..", "a.b", "a.b.c.d"}))
        .allMatch(text -> view.authenticate(text).isEmpty());
  }

  @Test
  void isRefusedOnceItsKeyIsWithdrawn() {
    // Given
    String token = token(header(), claims());

    // When
    tell(new AccessMessage.Withdrawn(AccessMessage.SIGNING_KEY + "k1"));

    // Then
    assertThat(view.authenticate(token)).isEmpty();
  }

  @Test
  void isKnownWhateverKeysComeThatCannotBeRead() {
    // When
    for (Object x : new Object[] {7, new JsonArray(), "no base64!"}) {
      tell(
          new AccessMessage.SigningKey(
              "k2", new JsonObject().put("kty", "EC").put("crv", "P-256").put("x", x).encode()));
    }
    tell(
        new AccessMessage.SigningKey(
            "k2", new JsonObject().put("kty", "EC").put("crv", "P-256").putNull("x").encode()));

    // Then
    assertThat(authenticate(claims())).isPresent();
  }

  @Test
  void isRefusedForPeopleOfASuspendedTenant() {
    // Given
    String token = token(header(), claims());

    // When
    tell(new AccessMessage.Suspension(new TenantId("blue")));

    // Then
    assertThat(view.authenticate(token)).isEmpty();
  }

  @Test
  void isNoTokenOfADevice() {
    // Given
    JsonObject device = claims().put("gen", 1);
    device.remove("aud");
    device.remove("role");

    // Then
    assertThat(authenticate(device)).isEmpty();
  }
}
