package dev.fairlead.bus.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A place in a document. It is written as a pointer only where something is wrong.
///
/// @param parent the place that it lies in; null for the document itself
/// @param name of the member, or the index in a list
record Place(@Nullable Place parent, String name) {

  static final Place ROOT = new Place(null, "");

  Place member(String inner) {
    return new Place(this, inner);
  }

  /// The JSON pointer to it.
  String pointer() {
    Deque<String> names = new ArrayDeque<>();
    for (Place place = this; place.parent != null; place = place.parent) {
      names.push(escaped(place.name));
    }
    StringBuilder pointer = new StringBuilder();
    names.forEach(part -> pointer.append('/').append(part));
    return pointer.toString();
  }

  /// A name as it stands in a pointer (RFC 6901 §3).
  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
