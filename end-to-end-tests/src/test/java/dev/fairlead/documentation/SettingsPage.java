package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import dev.fairlead.command.CommandConfig;
import dev.fairlead.command.CommandMain;
import dev.fairlead.gateway.GatewayConfig;
import dev.fairlead.gateway.GatewayMain;
import dev.fairlead.registry.RegistryConfig;
import dev.fairlead.registry.RegistryMain;
import dev.fairlead.runtime.process.ProcessSettings;
import dev.fairlead.runtime.settings.Setting;
import dev.fairlead.runtime.settings.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// `docs/reference/settings.md`.
final class SettingsPage {

  /// Who reads settings.
  private static final List<Service> SERVICES =
      List.of(
          new Service("gateway", GatewayMain.MANAGEMENT_PORT, GatewayConfig::from),
          new Service("registry", RegistryMain.MANAGEMENT_PORT, RegistryConfig::from),
          new Service("command", CommandMain.MANAGEMENT_PORT, CommandConfig::from));

  private SettingsPage() {}

  /// @param name of the service, one word
  /// @param managementPort the default of its management port
  /// @param read reads what is its own, besides what every process reads
  private record Service(String name, int managementPort, Consumer<Settings> read) {

    Set<Setting> settings() {
      Settings settings = Settings.of(Map.of());
      ProcessSettings.from(settings, managementPort);
      read.accept(settings);
      return new LinkedHashSet<>(settings.described());
    }
  }

  static String content() {
    Set<Setting> common = SERVICES.getFirst().settings();
    SERVICES.forEach(service -> common.retainAll(service.settings()));
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            Made from the code that reads them. All are environment variables; [operations.md](../operations.md#settings) says how they are written. A default
            `(required)` is none: the setting must be given. `(none)` is one that may be absent.
            """);
    page.append(section("Every service", common));
    for (Service service : SERVICES) {
      Set<Setting> own = service.settings();
      own.removeAll(common);
      page.append(section("The " + service.name() + " service", own));
    }
    return page.toString();
  }

  private static String section(String title, Set<Setting> settings) {
    return "\n## "
        + title
        + "\n\n"
        + MarkdownTable.header("Setting", "Default", "Meaning")
        + settings.stream().map(SettingsPage::row).collect(Collectors.joining());
  }

  private static String row(Setting setting) {
    return MarkdownTable.row(
        code(setting.name()), fallback(setting.fallback()), setting.description());
  }

  /// `(none)` and `(required)` are words about the default; an empty text cannot be shown as code.
  private static String fallback(String text) {
    if (text.isEmpty()) {
      return "(empty)";
    }
    return text.startsWith("(") ? text : code(text);
  }
}
