package dev.fairlead.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastSessionTest {

  @Test
  void readsSessionAndAddress() {
    // Given
    String text = "ab12@7:gw-x";

    // When
    Optional<LastSession> last = LastSession.parse(text);

    // Then
    assertThat(last).contains(new LastSession(new SessionId("ab12"), new InboxAddress(7, "gw-x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@", "ab12", "ab12@", "ab12@x:gw", "ab12@-1:gw", "a b@1:gw"})
  void takesNoNoticeOfAnythingElse(String text) {
    // Given
    assertThat(text).doesNotContain("ab12@1:gw");

    // When
    Optional<LastSession> last = LastSession.parse(text);

    // Then
    assertThat(last).isEmpty();
  }
}
