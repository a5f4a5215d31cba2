package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Compares the reference pages with what the code says. With `-Dfairlead.docs.write=true` they are
/// rewritten first.
class ReferencePagesTest {

  private static final boolean WRITES = Boolean.getBoolean("fairlead.docs.write");

  @ParameterizedTest
  @EnumSource
  void saysWhatTheCodeSays(ReferencePage page) {
    // Given
    String content = page.content();
    if (WRITES) {
      SourceTree.write(page.file(), content);
    }

    // Then
    assertThat(SourceTree.read(page.file()))
        .as("%s; -Dfairlead.docs.write=true rewrites it", page.file())
        .isEqualTo(content);
  }
}
