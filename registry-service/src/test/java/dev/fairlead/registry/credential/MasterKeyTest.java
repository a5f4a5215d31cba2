package dev.fairlead.registry.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.fairlead.runtime.settings.Secret;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterKeyTest {

  private final MasterKey key = keyOf(1);

  private static MasterKey keyOf(int first) {
    return MasterKey.of(secretOf(first));
  }

  private static Secret secretOf(int first) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) first;
    return Secret.of(Base64.getEncoder().encodeToString(bytes));
  }

  @Test
  void opensWhatItEncrypted() {
    // When
    byte[] encrypted = key.encrypt("name", "a text");

    // Then
    assertThat(key.decrypt("name", encrypted)).isEqualTo("a text");
    assertThat(new String(encrypted, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("a text");
  }

  @Test
  void encryptsTheSameTextToOtherBytesEachTime() {
    // When
    byte[] first = key.encrypt("name", "a text");
    byte[] second = key.encrypt("name", "a text");

    // Then
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void opensNothingUnderAnotherNameOrKeyOrChanged() {
    // Given
    byte[] encrypted = key.encrypt("name", "a text");
    byte[] changed = encrypted.clone();
    changed[changed.length - 1] ^= 1;

    // Then
    assertThatIllegalStateException().isThrownBy(() -> key.decrypt("other", encrypted));
    assertThatIllegalStateException().isThrownBy(() -> keyOf(2).decrypt("name", encrypted));
    assertThatIllegalStateException().isThrownBy(() -> key.decrypt("name", changed));
    assertThatIllegalStateException().isThrownBy(() -> key.decrypt("name", new byte[3]));
  }

  @Test
  void opensWhatTheKeyBeforeItEncryptedAndEncryptsByItself() {
    // Given
    Secret first = secretOf(1);
    byte[] old = MasterKey.of(first).encrypt("name", "a text");

    // When
    MasterKey changed = MasterKey.of(secretOf(2), Optional.of(first));

    // Then
    assertThat(changed.decrypt("name", old)).isEqualTo("a text");
    assertThat(changed.isOfThis("name", old)).isFalse();
    byte[] renewed = changed.encrypt("name", "a text");
    assertThat(changed.isOfThis("name", renewed)).isTrue();
    assertThat(keyOf(2).decrypt("name", renewed)).isEqualTo("a text");
    assertThatIllegalStateException()
        .isThrownBy(() -> MasterKey.of(secretOf(3), Optional.of(secretOf(4))).decrypt("name", old));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "not base64 !", "AAAA"})
  void refusesWhatIsNo32BytesInBase64(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> MasterKey.of(Secret.of(text)));
  }

  @Test
  void makesSigningKeysThatShowNothingPrivate() {
    // When
    SigningKey signingKey = SigningKey.generate();

    // Then
    assertThat(signingKey.publicJwk()).doesNotContain("\"d\"").contains(signingKey.id());
    assertThat(SigningKey.of(signingKey.privateJwk()).publicJwk())
        .isEqualTo(signingKey.publicJwk());
    assertThat(signingKey).hasToString("signing key " + signingKey.id());
  }
}
