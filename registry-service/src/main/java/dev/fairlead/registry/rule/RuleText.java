package dev.fairlead.registry.rule;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text of an alert with what it says of its device.
final class RuleText {

  private static final Pattern PLACE = Pattern.compile("\\{(device|name|key|value)}");

  private RuleText() {}

  /// Fills the places, which are names of the parameters in braces; other braces stay what they
  /// are, and so do those in what is filled in.
  static String fill(String text, String device, String name, String key, String value) {
    Map<String, String> values = Map.of("device", device, "name", name, "key", key, "value", value);
    return PLACE
        .matcher(text)
        .replaceAll(
            place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), place.group())));
  }
}
