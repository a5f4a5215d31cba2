package dev.fairlead.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class AllowedProgramsTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"uname", "a.b-c_d", "/usr/bin/uname"})
  void takesBareNamesAndAbsolutePaths(String entry) {
    assertThat(AllowedPrograms.isEntry(entry)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ".", "..", "bin/uname", "./uname", "uname/", "/usr/../bin/uname", "a\0"})
  void takesNothingElse(String entry) {
    assertThat(AllowedPrograms.isEntry(entry)).isFalse();
  }

  @Test
  void looksInAbsoluteFoldersOnly() throws IOException {
    // Given
    Path program = Files.createFile(directory.resolve("tool"));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    String searchPath = String.join(File.pathSeparator, "", ".", "bin", directory.toString());

    // When
    Optional<Path> found = new AllowedPrograms(Set.of("tool"), searchPath).find("tool");

    // Then
    assertThat(found).contains(program);
  }

  @Test
  void findsNothingThatCannotBeRun() throws IOException {
    // Given
    Files.createFile(directory.resolve("tool"));
    Files.createDirectory(directory.resolve("folder"));
    AllowedPrograms programs = new AllowedPrograms(Set.of("tool"), directory.toString());

    // When
    Optional<Path> tool = programs.find("tool");
    Optional<Path> folder = programs.find("folder");

    // Then
    assertThat(tool).isEmpty();
    assertThat(folder).isEmpty();
  }
}
