package dev.fairlead.agent.command;

import dev.fairlead.agent.json.Json;
import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Value;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// JSON objects, one to a line, that are appended or all replaced. Not safe for use by several
/// threads. Written through a stream, not a channel: an interrupt would close that.
final class JournalFile implements AutoCloseable {

  private final Path path;
  private FileOutputStream out;
  private boolean lineOpen;
  private int linesAppended;
  private long bytesAppended;

  /// Opens the file with the given entries and nothing else in it.
  JournalFile(Path path, Collection<JournalEntry> entries) throws IOException {
    this.path = path;
    this.out = replaced(entries);
  }

  /// Every line that is an object, in order. What a crash left half written is none, nor is what
  /// anybody else wrote.
  ///
  /// @return how many lines were something else
  static int read(Path path, Consumer<Map<String, Value>> line) throws IOException {
    int strange = 0;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(path), StandardCharsets.UTF_8))) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        Optional<Map<String, Value>> fields = Json.readObject(Body.utf8(text));
        fields.ifPresent(line);
        strange += fields.isPresent() ? 0 : 1;
      }
    } catch (NoSuchFileException e) {
      return 0;
    }
    return strange;
  }

  /// Adds a line.
  ///
  /// @param synced whether it is on disk, and not only with the operating system, on return
  void append(Map<String, Value> fields, boolean synced) throws IOException {
    if (lineOpen) {
      // The disk was full in the middle of a line; that line is lost, this one is not to be.
      out.write('\n');
    }
    byte[] line = line(fields);
    linesAppended++;
    bytesAppended += line.length;
    lineOpen = true;
    out.write(line);
    lineOpen = false;
    if (synced) {
      out.getFD().sync();
    }
  }

  /// Replaces all there is by the given entries, at once; on an error the file is as it was.
  void replace(Collection<JournalEntry> entries) throws IOException {
    FileOutputStream replacement = replaced(entries);
    out.close();
    out = replacement;
    lineOpen = false;
    linesAppended = 0;
    bytesAppended = 0;
  }

  /// Since the file was last written afresh.
  int linesAppended() {
    return linesAppended;
  }

  /// Since the file was last written afresh.
  long bytesAppended() {
    return bytesAppended;
  }

  private FileOutputStream replaced(Collection<JournalEntry> entries) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".new");
    try (FileOutputStream file = new FileOutputStream(temporary.toFile());
        OutputStream buffered = new BufferedOutputStream(file)) {
      for (JournalEntry entry : entries) {
        buffered.write(line(entry.fields()));
      }
      buffered.flush();
      file.getFD().sync();
    }
    StateDirectory.replace(temporary, path);
    return new FileOutputStream(path.toFile(), true);
  }

  private static byte[] line(Map<String, Value> fields) {
    byte[] object = Json.write(fields).toByteArray();
    byte[] line = new byte[object.length + 1];
    System.arraycopy(object, 0, line, 0, object.length);
    line[object.length] = '\n';
    return line;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
