package dev.fairlead.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tables as our documents write them: a row is a line, `|` within a cell is `\|`.
public final class MarkdownTable {

  private static final Pattern DIVIDER = Pattern.compile("\\|(-+\\|)+");
  private static final Pattern PIPE = Pattern.compile("(?<!\\\\)\\|");

  private MarkdownTable() {}

  /// The rows of all tables of a document that have this first line.
  public static List<List<String>> rows(String document, String header) {
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : document.lines().toList()) {
      if (line.equals(header)) {
        inside = true;
      } else if (!line.startsWith("|")) {
        inside = false;
      } else if (inside && !DIVIDER.matcher(line).matches()) {
        rows.add(cells(line));
      }
    }
    return rows;
  }

  private static List<String> cells(String line) {
    List<String> cells =
        Stream.of(PIPE.split(line, -1)).map(cell -> cell.strip().replace("\\|", "|")).toList();
    return cells.subList(1, cells.size() - 1);
  }

  /// A row.
  static String row(String... cells) {
    return "| "
        + String.join(" | ", Stream.of(cells).map(cell -> cell.replace("|", "\\|")).toList())
        + " |\n";
  }

  /// The first two lines.
  static String header(String... names) {
    return row(names) + "|" + "---|".repeat(names.length) + "\n";
  }

  /// A text as code.
  static String code(String text) {
    return "`" + text + "`";
  }

  /// A cell without the marks of code.
  public static String uncoded(String cell) {
    return cell.replace("`", "");
  }
}
