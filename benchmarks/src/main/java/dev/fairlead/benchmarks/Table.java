package dev.fairlead.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The result of one benchmark: rows of texts under named columns.
final class Table {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  Table(String name, String... columns) {
    this.name = name;
    this.columns = List.of(columns);
  }

  void row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException("a row has as many cells as there are columns");
    }
    rows.add(List.of(cells));
  }

  /// Says something about the rows, below them.
  void note(String text) {
    notes.add(text);
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    line(text, columns);
    line(text, columns.stream().map(column -> "---").toList());
    rows.forEach(row -> line(text, row));
    notes.forEach(note -> text.append("\n").append(note).append("\n"));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private String json() throws IOException {
    ArrayNode all = JSON.createArrayNode();
    for (List<String> row : rows) {
      ObjectNode object = all.addObject();
      for (int i = 0; i < columns.size(); i++) {
        object.put(columns.get(i), row.get(i));
      }
    }
    notes.forEach(note -> all.addObject().put("note", note));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
  }

  /// Writes both forms.
  void keepIn(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(name + ".md"), markdown());
    Files.writeString(directory.resolve(name + ".json"), json());
  }
}
