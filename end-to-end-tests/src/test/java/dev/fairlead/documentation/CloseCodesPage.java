package dev.fairlead.documentation;

import dev.fairlead.protocol.NativeProtocol;
import java.lang.reflect.Field;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// `docs/reference/close-codes.md`.
final class CloseCodesPage {

  private static final String SOURCE =
      "protocol/src/main/java/dev/fairlead/protocol/NativeProtocol.java";
  private static final String PREFIX = "CLOSE_";

  private CloseCodesPage() {}

  private record CloseCode(int number, String constant) {

    String word() {
      return constant.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  static String content() {
    String source = SourceTree.read(SOURCE);
    StringBuilder page =
        new StringBuilder(
            """
            # Close codes

            Made from `dev.fairlead.protocol.NativeProtocol`. What closes a device's WebSocket; [what the device does then](../protocol.md#close-codes) is part of the
            protocol. Numbers below 4000 are those of RFC 6455 and its registry, the others ours.

            """);
    page.append(MarkdownTable.header("Code", "Word", "Meaning"));
    for (CloseCode code : codes()) {
      page.append(
          MarkdownTable.row(
              Integer.toString(code.number()),
              code.word(),
              Javadoc.before(source, "public static final int " + code.constant() + " =")));
    }
    return page.toString();
  }

  private static List<CloseCode> codes() {
    return Stream.of(NativeProtocol.class.getDeclaredFields())
        .filter(field -> field.getName().startsWith(PREFIX))
        .map(field -> new CloseCode(number(field), field.getName()))
        .sorted(Comparator.comparingInt(CloseCode::number))
        .toList();
  }

  private static int number(Field field) {
    try {
      return field.getInt(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
