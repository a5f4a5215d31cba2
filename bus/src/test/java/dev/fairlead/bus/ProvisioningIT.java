package dev.fairlead.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.embedded.testing.TestBackends;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProvisioningIT {

  @Test
  void makesAllTopicsAsTheCatalogueSays() {
    try (BusFixture fixture = new BusFixture()) {
      // When
      List<String> differences = fixture.bus().admin().provision().await();

      // Then
      assertThat(differences).isEmpty();
      for (Topic topic : Topic.values()) {
        assertThat(fixture.bus().partitionsOf(topic).await())
            .hasSize(fixture.settings().partitionsOf(topic));
      }
      assertThat(fixture.health().causes()).isEmpty();
    }
  }

  @Test
  void reportsAnExistingTopicWithOtherSettingsAndLeavesItAlone() {
    String prefix = TestBackends.freshTopicPrefix();
    try (BusFixture first = new BusFixture(prefix)) {
      // Given
      BusAdmin admin =
          new BusAdmin(first.vertx(), BusFixture.settings(prefix, BusFixture.PARTITIONS + 2));

      // When
      List<String> differences = admin.provision().await();

      // Then
      assertThat(differences).contains(prefix + "telemetry has 3 partitions, not 5");
      assertThat(first.bus().partitionsOf(Topic.TELEMETRY).await()).hasSize(3);
      admin.close().await();
    }
  }

  @Test
  void isDoneByManyProcessesAtOnceWithoutHarm() {
    String prefix = TestBackends.freshTopicPrefix();
    try (BusFixture first = new BusFixture()) {
      // Given
      List<BusAdmin> admins =
          List.of(
              new BusAdmin(first.vertx(), BusFixture.settings(prefix, 3)),
              new BusAdmin(first.vertx(), BusFixture.settings(prefix, 3)),
              new BusAdmin(first.vertx(), BusFixture.settings(prefix, 3)));

      // When
      var results = admins.stream().map(BusAdmin::provision).toList();

      // Then
      assertThat(results).allSatisfy(result -> assertThat(result.await()).isEmpty());
      admins.forEach(admin -> admin.close().await());
    }
  }
}
