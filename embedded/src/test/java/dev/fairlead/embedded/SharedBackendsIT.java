package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.embedded.testing.TestBackends;
import java.sql.DriverManager;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class SharedBackendsIT {
  @Test
  void startsOneBrokerForAll() throws Exception {
    // Given
    TestBackends.Kafka kafka = TestBackends.kafka();

    // When
    int nodes;
    try (Admin admin = Admin.create(Clients.properties(kafka.clientProperties()))) {
      nodes = admin.describeCluster().nodes().get().size();
    }

    // Then
    assertThat(nodes).isOne();
    assertThat(TestBackends.kafka()).isSameAs(kafka);
  }

  @Test
  void makesAnotherDatabaseAtEachCall() throws Exception {
    // Given
    TestBackends.Database first = TestBackends.freshDatabase();

    // When
    TestBackends.Database second = TestBackends.freshDatabase();

    // Then
    assertThat(second.database()).isNotEqualTo(first.database());
    try (var connection =
        DriverManager.getConnection(second.jdbcUrl(), second.user(), second.password())) {
      assertThat(connection.getCatalog()).isEqualTo(second.database());
    }
  }

  @Test
  void makesAnotherTopicPrefixAtEachCall() {
    // Given
    String first = TestBackends.freshTopicPrefix();

    // When
    String second = TestBackends.freshTopicPrefix();

    // Then
    assertThat(second).isNotEqualTo(first).matches("t[0-9a-f]+\\.");
  }
}
