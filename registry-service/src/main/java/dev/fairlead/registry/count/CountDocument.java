package dev.fairlead.registry.count;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;

/// How many devices there are, as the API shows it.
///
/// @param all of those that were asked for
/// @param items the same for each type or group, the largest first
/// @param more whether there are more types or groups than are shown
/// @param indexed whether an index leads to what meets the filter
record CountDocument(@JsonUnwrapped Healths all, List<Item> items, boolean more, boolean indexed) {

  CountDocument {
    items = List.copyOf(items);
  }

  /// How many devices there are of each health, and in all.
  record Healths(long total, long green, long red, long grey) {

    static Healths of(long green, long red, long grey) {
      return new Healths(green + red + grey, green, red, grey);
    }
  }

  /// Those of a type or of a static group.
  record Item(String key, @JsonUnwrapped Healths devices) {}
}
