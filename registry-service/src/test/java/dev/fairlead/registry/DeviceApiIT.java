package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeviceApiIT {

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void makesDeviceAndShowsIt() {
    // Given
    var description =
        new JsonObject()
            .put("id", "pump-1")
            .put("name", "Pump 1")
            .put("type", "pump")
            .put("tags", new JsonObject().put("site", "north"));

    // When
    var created = registry.request(HttpMethod.POST, "/api/v1/devices", description);

    // Then
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.getHeader("Location")).isEqualTo("/api/v1/devices/pump-1");
    JsonObject shown = RegistryFixture.json(created);
    assertThat(shown.getString("token")).isNotBlank();
    shown.remove("token");
    assertThat(registry.device("pump-1")).isEqualTo(shown);
    assertThat(shown.getString("health")).isEqualTo("grey");
    assertThat(shown.getJsonObject("tags")).isEqualTo(new JsonObject().put("site", "north"));
  }
}
