package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import dev.fairlead.bus.BusSettings;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.process.ProcessSettings;
import dev.fairlead.runtime.settings.Setting;
import dev.fairlead.runtime.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// `docs/reference/settings.md`.
final class SettingsPage {

  /// Who reads settings: the one list to add a service to.
  private static final List<Reader> READERS =
      List.of(
          new Reader("every service", ProcessSettings::from),
          new Reader("every service", BusSettings::from),
          new Reader("services with a database", DatabaseSettings::from),
          new Reader("services with an HTTP interface", HttpServerSettings::from),
          new Reader(
              "services with an HTTP interface", settings -> ApiSettings.from(settings, "any")));

  private SettingsPage() {}

  /// @param name of the service
  /// @param read reads all its settings
  private record Reader(String name, Consumer<Settings> read) {

    List<Setting> settings() {
      Settings settings = Settings.of(Map.of());
      read.accept(settings);
      return settings.described();
    }
  }

  private record Row(Setting setting, List<String> readers) {}

  static String content() {
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            Made from the code that reads them. Environment variables; the same name means the same in every service. How they are written is said in
            [operations.md](../operations.md#settings).

            """);
    page.append(MarkdownTable.header("Setting", "Default", "Read by", "Meaning"));
    for (Row row : rows()) {
      page.append(
          MarkdownTable.row(
              code(row.setting().name()),
              fallback(row.setting().fallback()),
              String.join(", ", row.readers()),
              row.setting().description()));
    }
    return page.toString();
  }

  private static Iterable<Row> rows() {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (Reader reader : READERS) {
      for (Setting setting : reader.settings()) {
        Row row = rows.computeIfAbsent(setting.name(), name -> new Row(setting, new ArrayList<>()));
        if (!row.setting().equals(setting)) {
          throw new IllegalStateException(
              setting.name() + " does not mean the same for " + reader.name());
        }
        if (!row.readers().contains(reader.name())) {
          row.readers().add(reader.name());
        }
      }
    }
    return rows.values();
  }

  /// `(none)` and `(required)` are words about the default; an empty default has none to show.
  private static String fallback(String text) {
    if (text.isEmpty()) {
      return "(empty)";
    }
    return text.startsWith("(") ? text : code(text);
  }
}
