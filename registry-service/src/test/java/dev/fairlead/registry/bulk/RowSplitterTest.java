package dev.fairlead.registry.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowSplitterTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What a splitter makes of parts of so many bytes.
  private static List<RowSplitter.Raw> split(boolean quotes, String body, int partBytes) {
    RowSplitter splitter = new RowSplitter(quotes, 0, 0);
    List<RowSplitter.Raw> rows = new ArrayList<>();
    byte[] all = bytes(body);
    for (int from = 0; from < all.length; from += partBytes) {
      byte[] part = new byte[Math.min(partBytes, all.length - from)];
      System.arraycopy(all, from, part, 0, part.length);
      splitter.add(part);
      for (Optional<RowSplitter.Raw> row = splitter.next();
          row.isPresent();
          row = splitter.next()) {
        rows.add(row.get());
      }
    }
    splitter.rest().ifPresent(rows::add);
    return rows;
  }

  private static List<String> texts(List<RowSplitter.Raw> rows) {
    return rows.stream().map(row -> new String(row.bytes(), StandardCharsets.UTF_8)).toList();
  }

  @Test
  void cutsRowsWhereverThePartsEnd() {
    // Given
    String body = "id,name\r\n1,\"a, \"\"b\"\"\r\nc\"\n2,d\"e\n3,ü";

    for (int size = 1; size <= bytes(body).length; size++) {
      // When
      List<RowSplitter.Raw> rows = split(true, body, size);

      // Then
      assertThat(texts(rows))
          .as("parts of %d bytes", size)
          .containsExactly("id,name", "1,\"a, \"\"b\"\"\r\nc\"", "2,d\"e", "3,ü");
      assertThat(rows).extracting(RowSplitter.Raw::line).containsExactly(1L, 2L, 4L, 5L);
      assertThat(rows).extracting(RowSplitter.Raw::lines).containsExactly(1L, 3L, 4L, 4L);
      assertThat(rows.getLast().end()).isEqualTo(bytes(body).length);
    }
  }

  @Test
  void goesOnInTheMiddleOfABody() {
    // Given
    RowSplitter splitter = new RowSplitter(true, 100, 7);

    // When
    splitter.add(bytes("a\nb"));

    // Then
    RowSplitter.Raw row = splitter.next().orElseThrow();
    assertThat(row.line()).isEqualTo(8);
    assertThat(row.end()).isEqualTo(102);
    assertThat(row.lines()).isEqualTo(8);
    assertThat(splitter.next()).isEmpty();
  }

  @Test
  void knowsNoQuotesInLinesOfJson() {
    assertThat(texts(split(false, "{\"a\n\"b\n", 3))).containsExactly("{\"a", "\"b");
  }

  @Test
  void takesTheLongestRowAndLosesOnlyALongerOne() {
    // Given
    String longest = "x".repeat(RowSplitter.ROW_BYTES_MAX - 1);

    // When
    List<RowSplitter.Raw> rows =
        split(true, longest + "\n\"" + longest + "xx\nand on\n3,\"c\"\n", 10_000);

    // Then
    assertThat(rows)
        .extracting(RowSplitter.Raw::tooLong)
        .containsExactly(false, true, false, false);
    assertThat(rows.getFirst().bytes()).hasSize(longest.length());
    assertThat(texts(rows.subList(2, 4))).containsExactly("and on", "3,\"c\"");
    assertThat(rows).extracting(RowSplitter.Raw::line).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void losesARowThatIsTooLongAtTheVeryEndAsWell() {
    // When
    List<RowSplitter.Raw> rows = split(true, "x".repeat(RowSplitter.ROW_BYTES_MAX + 1), 9_999);

    // Then
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst().tooLong()).isTrue();
    assertThat(rows.getFirst().end()).isEqualTo(RowSplitter.ROW_BYTES_MAX + 1L);
  }
}
