package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Nothing in the tree belongs to one machine or one network.
class CleanTreeTest {

  /// Directories of machines that this was built on; `data/work/` is none of them.
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.$}~-])/(?:work|root|farm)/");

  private static final Pattern HOST = Pattern.compile("\\b(?:https?|git|ssh)://([\\w.-]*\\w)");

  /// Hosts that everybody knows; others, above all of registries and mirrors, are somebody's own.
  private static final Set<String> HOSTS =
      Set.of(
          "accounts.google.com",
          "acme-v02.api.letsencrypt.org",
          "cloudnative-pg.io",
          "fairlead.dev",
          "github.com",
          "json-schema.org",
          "keepachangelog.com",
          "kustomize.io",
          "localhost",
          "login.microsoftonline.com",
          "maven.apache.org",
          "semver.org",
          "strimzi.io",
          "www.apache.org",
          "www.iana.org",
          "www.standardwebhooks.com",
          "www.w3.org");

  private static final Pattern LOCAL_OR_EXAMPLE =
      Pattern.compile(
          "\\d+(?:\\.\\d+){3}|[\\w-]+|(?:[\\w-]+\\.)*(?:example|test|invalid)(?:\\.\\w+)?");

  @Test
  void namesNoPathOfAMachine() {
    // Given
    List<String> found = new ArrayList<>();

    // When
    for (String file : SourceTree.files(file -> !file.endsWith("CleanTreeTest.java"))) {
      MACHINE_PATH
          .matcher(SourceTree.read(file))
          .results()
          .forEach(match -> found.add(file + ": " + match.group()));
    }

    // Then
    assertThat(found).isEmpty();
  }

  @Test
  void namesNoHostThatIsNotEverybodys() {
    // Given
    List<String> found = new ArrayList<>();

    // When
    for (String file : SourceTree.files()) {
      HOST.matcher(SourceTree.read(file))
          .results()
          .map(match -> match.group(1))
          .filter(host -> !HOSTS.contains(host) && !LOCAL_OR_EXAMPLE.matcher(host).matches())
          .forEach(host -> found.add(file + ": " + host));
    }

    // Then
    assertThat(found).isEmpty();
  }
}
