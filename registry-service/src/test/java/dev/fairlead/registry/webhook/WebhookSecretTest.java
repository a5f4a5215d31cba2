package dev.fairlead.registry.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WebhookSecretTest {

  /// The example of the Standard Webhooks specification.
  @Test
  void signsAsTheSpecificationShows() {
    // Given
    WebhookSecret secret = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    // When
    String signature =
        secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}".getBytes(UTF_8));

    // Then
    assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void isLongRandomAndHidden() {
    // When
    WebhookSecret secret = WebhookSecret.random();

    // Then
    assertThat(secret.text()).matches("whsec_[A-Za-z0-9+/]{43}=");
    assertThat(secret).isNotEqualTo(WebhookSecret.random());
    assertThat(secret.toString()).isEqualTo("whsec_…");
  }
}
