package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import dev.fairlead.registry.delivery.RetryPlan;
import dev.fairlead.registry.mail.MailAddress;
import dev.fairlead.registry.mail.SmtpSettings;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Webhooks by mail, with a mail server that asks for a password.
class MailIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String SENDER = "fairlead@mail.example";

  private static GreenMail server;
  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.setUser(SENDER, "fairlead", "a-password");
    server.start();
    registry =
        new RegistryFixture(config -> config.withWebhooks(settings(SmtpSettings.Security.NONE)));
  }

  @AfterAll
  static void stop() {
    registry.close();
    server.stop();
  }

  private static WebhookSettings settings(SmtpSettings.Security security) {
    return new WebhookSettings(
        true,
        Duration.ofSeconds(5),
        new RetryPlan(Duration.ofMillis(50), Duration.ofMillis(200), 3),
        Duration.ofDays(5),
        Duration.ofSeconds(30),
        Optional.of(
            new SmtpSettings(
                "127.0.0.1",
                server.getSmtp().getPort(),
                security,
                Optional.of("fairlead"),
                Optional.of(Secret.of("a-password")),
                MailAddress.of(SENDER).orElseThrow(),
                Duration.ofMillis(500))));
  }

  private static String tenant() {
    String id = "t-" + UUID.randomUUID();
    registry.createTenant(id);
    return id;
  }

  private static void createDevice(String tenant, String id) {
    registry.requestIn(tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id));
  }

  private static JsonObject webhook(String tenant, String url) {
    HttpResponse<Buffer> answer =
        registry.requestIn(
            tenant,
            HttpMethod.POST,
            WEBHOOKS,
            new JsonObject().put("url", url).put("kinds", new JsonArray().add("device.created")));
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(201);
    return json(answer);
  }

  private static List<MimeMessage> mailTo(String address) {
    return Arrays.stream(server.getReceivedMessages())
        .filter(message -> header(message, "To").equals(address))
        .toList();
  }

  private static String header(MimeMessage message, String name) {
    try {
      return message.getHeader(name, ",");
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(String address) {
    return String.join("\n", mailTo(address).stream().map(GreenMailUtil::getBody).toList());
  }

  @Test
  void tellsWhatHappened() {
    // Given
    String tenant = tenant();
    JsonObject webhook = webhook(tenant, "mailto:night@ops.example");

    // When
    createDevice(tenant, "pump-17");

    // Then
    Awaitility.await().atMost(TIMEOUT).until(() -> !mailTo("night@ops.example").isEmpty());
    MimeMessage mail = mailTo("night@ops.example").getFirst();
    assertThat(header(mail, "Subject")).isEqualTo("device.created: pump-17");
    assertThat(header(mail, "From")).isEqualTo(SENDER);
    assertThat(header(mail, "Auto-Submitted")).isEqualTo("auto-generated");
    assertThat(text("night@ops.example")).contains("/tenants/" + tenant);
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              JsonObject health =
                  json(registry.request(
                          HttpMethod.GET,
                          WEBHOOKS + "/" + webhook.getString("id"),
                          Map.of("Fairlead-Tenant", tenant),
                          Buffer.buffer(),
                          RegistryFixture.ADMIN_KEY))
                      .getJsonObject("health");
              assertThat(health.getString("state")).isEqualTo("healthy");
              assertThat(health.getString("lastSuccessAt")).isNotNull();
            });
  }

  @Test
  void putsWhatHappensMeanwhileIntoOneMail() {
    // Given
    String tenant = tenant();
    webhook(tenant, "mailto:day@ops.example");
    createDevice(tenant, "first");
    Awaitility.await().atMost(TIMEOUT).until(() -> !mailTo("day@ops.example").isEmpty());

    // When
    for (int number = 0; number < 20; number++) {
      createDevice(tenant, "d-" + number);
    }

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> text("day@ops.example").contains("device.created: d-19"));
    assertThat(mailTo("day@ops.example")).hasSizeLessThan(15);
    assertThat(text("day@ops.example").lines().filter(line -> line.startsWith("device.created")))
        .hasSize(21)
        .doesNotHaveDuplicates();
  }

  @Test
  void triesAReceiverAndSaysWhatTheServerAnswered() {
    // Given
    String tenant = tenant();
    String path = WEBHOOKS + "/" + webhook(tenant, "mailto:try@ops.example").getString("id");

    // When
    JsonObject tested =
        json(registry.requestIn(tenant, HttpMethod.POST, path + "/test", new JsonObject()));

    // Then
    assertThat(tested.getBoolean("delivered")).isTrue();
    assertThat(mailTo("try@ops.example")).hasSize(1);
  }

  @Test
  void doesNotSendInTheClearWhereItMustNot() {
    // Given
    RegistryFixture own =
        new RegistryFixture(
            config -> config.withWebhooks(settings(SmtpSettings.Security.STARTTLS)));
    try (own) {
      String path =
          WEBHOOKS
              + "/"
              + json(own.request(
                      HttpMethod.POST,
                      WEBHOOKS,
                      new JsonObject().put("url", "mailto:clear@ops.example")))
                  .getString("id");

      // When
      JsonObject tested = json(own.request(HttpMethod.POST, path + "/test", new JsonObject()));

      // Then
      assertThat(tested.getBoolean("delivered")).isFalse();
      assertThat(mailTo("clear@ops.example")).isEmpty();
    }
  }

  @Test
  void takesOneAddressAndNothingElse() {
    for (String url :
        List.of(
            "mailto:",
            "mailto:nobody",
            "mailto:a@b.example,c@d.example",
            "mailto:a@b.example?cc=c@d.example",
            "mailto:a%40b.example")) {
      // When
      HttpResponse<Buffer> answer =
          registry.request(HttpMethod.POST, WEBHOOKS, new JsonObject().put("url", url));

      // Then
      assertThat(answer.statusCode()).as(url).isEqualTo(400);
    }
  }
}
