package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.documentation.ReadmeBlock;
import dev.fairlead.endtoend.harness.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs the blocks of shell of a document, as somebody would type them. The comment in `README.md`
/// says how blocks are marked.
final class DocumentRun {

  private static final String MARK = "-- end of block ";
  private static final int MINUTES_MAX = 5;

  private final Path directory;
  private final List<ReadmeBlock> blocks;
  private final String values;

  /// @param document relative to the root of the checkout
  /// @param directory for what the run leaves behind
  /// @param values sets the variables that blocks use
  DocumentRun(String document, Path directory, String values) throws IOException {
    this.directory = directory;
    this.blocks = ReadmeBlock.of(Files.readString(Checkout.root().resolve(document)));
    this.values = values;
  }

  /// Runs all blocks, and looks whether their output holds what they promise.
  void check() throws IOException, InterruptedException {
    String output = run(Files.writeString(directory.resolve("document.sh"), script()));
    for (int i = 0; i < blocks.size(); i++) {
      ReadmeBlock block = blocks.get(i);
      if (block.run() == ReadmeBlock.Run.TRY) {
        String said = section(output, i);
        block
            .expectation()
            .ifPresent(
                expectation ->
                    assertThat(said)
                        .as("output of the block at line %d", block.line())
                        .contains(expectation.text()));
      }
    }
  }

  /// All blocks as one script; what runs beside the rest is ended with it, its children included.
  private String script() {
    StringBuilder script =
        new StringBuilder(
            """
            set -euo pipefail
            cd '%s'
            export PATH='%s':"$PATH"
            %s
            BESIDE=()
            trap 'for PID in "${BESIDE[@]}"; do pkill -TERM -P "$PID" || true; kill "$PID" || true; done' EXIT
            """
                .formatted(
                    Checkout.root(), Path.of(System.getProperty("java.home"), "bin"), values));
    for (int i = 0; i < blocks.size(); i++) {
      ReadmeBlock block = blocks.get(i);
      switch (block.run()) {
        case TRY -> script.append(tried(block)).append("echo '" + MARK + i + "'\n");
        case BACKGROUND ->
            script.append("(\n" + block.script() + "\n) >/dev/null 2>&1 &\nBESIDE+=(\"$!\")\n");
        case UP, VALUES, NO -> {}
      }
    }
    return script.toString();
  }

  private static String tried(ReadmeBlock block) {
    return block
        .expectation()
        .filter(ReadmeBlock.Expectation::repeated)
        .map(
            expectation ->
                """
                for TRY in $(seq 30); do
                  SAID=$(%s)
                  case "$SAID" in *'%s'*) break ;; esac
                  sleep 1
                done
                echo "$SAID"
                """
                    .formatted(block.script(), expectation.text()))
        .orElse(block.script() + "\n");
  }

  private String run(Path script) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process bash =
        new ProcessBuilder("bash", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = bash.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    if (!ended) {
      bash.descendants().forEach(ProcessHandle::destroy);
      bash.destroy();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as(said).isTrue();
    assertThat(bash.exitValue()).as(said).isZero();
    return said;
  }

  /// What the block of that number printed.
  private static String section(String output, int number) {
    int end = output.indexOf(MARK + number + "\n");
    assertThat(end).as(output).isNotNegative();
    int before = output.lastIndexOf(MARK, end - 1);
    return output.substring(Math.max(0, before), end);
  }
}
