package dev.fairlead.bus.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.TenantId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class SchemaCacheTest {

  private static final TenantId TENANT = new TenantId("acme");

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final SchemaCache cache = new SchemaCache(meters.counter("test.broken"));

  private static SchemaCache.Key key(long revision) {
    return new SchemaCache.Key(TENANT, "lamp", revision);
  }

  @Test
  void keepsEachRevisionApart() {
    // When
    TypeSchemas first = cache.put(key(1), "{\"telemetry\":{}}");
    TypeSchemas second = cache.put(key(2), "{}");

    // Then
    assertThat(cache.get(key(1))).contains(first);
    assertThat(cache.get(key(2))).contains(second);
    assertThat(cache.get(key(3))).isEmpty();
  }

  @Test
  void forgetsWhatWasNotUsedForLongest() {
    // Given
    String large = "{\"telemetry\":{\"const\":\"" + "x".repeat(60_000) + "\"}}";
    int room = (int) (SchemaCache.CHARACTERS_MAX / large.length());
    cache.put(key(0), large);
    cache.put(key(1), large);

    // When
    for (int i = 2; i < room; i++) {
      cache.put(key(i), large);
    }
    cache.get(key(0));
    cache.put(key(room), large);

    // Then
    assertThat(cache.size()).isLessThanOrEqualTo(room);
    assertThat(cache.get(key(0))).isPresent();
    assertThat(cache.get(key(1))).isEmpty();
  }

  @Test
  void letsAllPassWhereASchemaIsNotUnderstoodAndCountsThat() {
    // When
    TypeSchemas broken = cache.put(key(1), "{\"telemetry\":{\"type\":\"colour\"}}");
    TypeSchemas unreadable = cache.put(key(2), "{");

    // Then
    assertThat(broken).isEqualTo(TypeSchemas.NONE);
    assertThat(unreadable).isEqualTo(TypeSchemas.NONE);
    assertThat(meters.counter("test.broken").count()).isEqualTo(2);
  }
}
