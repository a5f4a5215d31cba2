package dev.fairlead.runtime.database;

import java.util.regex.Pattern;

/// What may be the name of a schema. It becomes part of a session's settings and of resource paths,
/// and so must not need quotes.
final class SchemaName {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  private SchemaName() {}

  static String check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a schema: " + name);
    }
    return name;
  }
}
