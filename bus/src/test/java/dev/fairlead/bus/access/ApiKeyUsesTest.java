package dev.fairlead.bus.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.ApiKeyUse;
import java.time.Instant;
import java.util.Collection;
import org.junit.jupiter.api.Test;

class ApiKeyUsesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final ApiKeyUses uses = new ApiKeyUses();

  private static ApiKeyUse use(String key, long second) {
    return new ApiKeyUse(TenantId.DEFAULT, key, NOW.plusSeconds(second));
  }

  @Test
  void tellsAUseOnceAndTheNextAMinuteLater() {
    // When
    uses.note(use("a", 0));
    uses.note(use("a", 1));
    uses.note(use("b", 2));

    // Then
    assertThat(uses.take()).containsExactlyInAnyOrder(use("a", 0), use("b", 2));
    assertThat(uses.take()).isEmpty();

    // When
    uses.note(use("a", 59));
    uses.note(use("b", 62));

    // Then
    assertThat(uses.take()).containsExactly(use("b", 62));
  }

  @Test
  void keepsWhatCouldNotBeToldUnlessThereIsALaterUse() {
    // Given
    uses.note(use("a", 0));
    uses.note(use("b", 0));
    Collection<ApiKeyUse> taken = uses.take();
    uses.note(use("b", 60));

    // When
    uses.giveBack(taken);

    // Then
    assertThat(uses.take()).containsExactlyInAnyOrder(use("a", 0), use("b", 60));
  }
}
