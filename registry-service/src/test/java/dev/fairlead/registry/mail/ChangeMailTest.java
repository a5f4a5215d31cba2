package dev.fairlead.registry.mail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.runtime.http.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeMailTest {

  private static JsonNode event(String kind, String data) {
    return Json.read(
        """
        {"source":"/tenants/acme","type":"dev.fairlead.%s","subject":"pump-17",
         "time":"2026-11-21T08:00:00Z","data":%s}
        """
            .formatted(kind, data)
            .getBytes(UTF_8),
        JsonNode.class);
  }

  @Test
  void namesSeverityDeviceAndCodeAndSuggestsWhatToDo() {
    // When
    ChangeMail mail =
        ChangeMail.of(
            List.of(
                event(
                    "alert.raised",
                    "{\"code\":\"overheated\",\"severity\":\"critical\","
                        + "\"text\":\"The motor is too hot.\","
                        + "\"suggestion\":\"Clean the filter.\"}")));

    // Then
    assertThat(mail.subject()).isEqualTo("[CRITICAL] pump-17: overheated");
    assertThat(mail.text())
        .contains("text: The motor is too hot.\n")
        .contains("suggestion: Clean the filter.\n")
        .endsWith("Fairlead, /tenants/acme\n");
  }

  @Test
  void letsNothingOfADeviceIntoTheHeader() {
    // When
    ChangeMail mail =
        ChangeMail.of(
            List.of(
                event(
                    "alert.raised",
                    "{\"code\":\"a\\r\\nBcc: all@x.example\",\"severity\":\"info\"}"),
                event("alert.cleared", "{\"code\":\"" + "x".repeat(500) + "\"}")));

    // Then
    assertThat(mail.subject())
        .isEqualTo("2 changes, the first: [INFO] pump-17: a Bcc: all@x.example");
    assertThat(mail.text().lines()).noneMatch(line -> line.startsWith("Bcc"));
  }
}
