package dev.fairlead.deployment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a migration must not do, so that the version before can go on working with the schema
/// afterwards: take something away, rename it, make it of another type, or ask for more of rows
/// than that version writes. Tables that are made by the migration itself are free.
///
/// It reads SQL as our migrations write it; an object that it cannot tell from an older one counts
/// as older.
final class MigrationRules {

  private static final Pattern COMMENT = Pattern.compile("--[^\n]*");
  private static final Pattern BODY = Pattern.compile("\\$(\\w*)\\$.*?\\$\\1\\$", Pattern.DOTALL);
  private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'");
  private static final Pattern CREATE_TABLE =
      Pattern.compile("create (?:unlogged )?table (?:if not exists )?(\\w+)");
  private static final Pattern ALTER_TABLE = Pattern.compile("alter table (?:only )?(\\w+) (.*)");
  private static final Pattern UNIQUE_INDEX =
      Pattern.compile("create unique index .*? on (?:only )?(\\w+).*");
  private static final Pattern TAKEN_AWAY =
      Pattern.compile("(?:drop|truncate|delete from|alter \\w+ \\w+ rename) .*");
  private static final Pattern CHANGED =
      Pattern.compile(
          "(?:drop|rename) .*"
              + "|alter (?:column )?\\w+ (?:drop|set not null|(?:set data )?type)\\b.*"
              + "|add (?:constraint \\w+ )?(?:unique|primary key|check|foreign key|exclude)\\b.*");
  private static final Pattern NEEDED = Pattern.compile("add (?:column )?.* not null\\b.*");
  private static final Pattern GIVEN = Pattern.compile(".* (?:default|generated) .*");

  private final Set<String> tables = new HashSet<>();

  /// Looks at the next migration of a schema.
  ///
  /// @return the parts of it that break the rules
  List<String> next(String sql) {
    List<String> statements = statements(sql);
    Set<String> made = new HashSet<>();
    statements.forEach(statement -> made.addAll(firstGroups(CREATE_TABLE, statement)));
    List<String> found = new ArrayList<>();
    for (String statement : statements) {
      Matcher alter = ALTER_TABLE.matcher(statement);
      Matcher unique = UNIQUE_INDEX.matcher(statement);
      if (alter.matches()) {
        if (isOlder(alter.group(1), made)) {
          clauses(alter.group(2)).stream()
              .filter(MigrationRules::breaks)
              .map(clause -> alter.group(1) + ": " + clause)
              .forEach(found::add);
        }
      } else if (TAKEN_AWAY.matcher(statement).matches()
          || (unique.matches() && isOlder(unique.group(1), made))) {
        found.add(statement);
      }
    }
    tables.addAll(made);
    return found;
  }

  private boolean isOlder(String table, Set<String> made) {
    return tables.contains(table) || !made.contains(table);
  }

  private static boolean breaks(String clause) {
    return CHANGED.matcher(clause).matches()
        || (NEEDED.matcher(clause).matches() && !GIVEN.matcher(clause).matches());
  }

  /// In small letters, on a line each, without comments, texts and bodies of functions.
  private static List<String> statements(String sql) {
    String bare = COMMENT.matcher(sql).replaceAll("");
    bare = BODY.matcher(bare).replaceAll("''");
    bare = TEXT.matcher(bare).replaceAll("''");
    return Pattern.compile(";")
        .splitAsStream(bare)
        .map(statement -> statement.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT))
        .filter(statement -> !statement.isEmpty())
        .toList();
  }

  /// The parts of an `alter table`, which have commas between them.
  private static List<String> clauses(String list) {
    List<String> clauses = new ArrayList<>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < list.length(); i++) {
      switch (list.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            clauses.add(list.substring(begin, i).strip());
            begin = i + 1;
          }
        }
        default -> {}
      }
    }
    clauses.add(list.substring(begin).strip());
    return clauses;
  }

  private static List<String> firstGroups(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }
}
