package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.documentation.SourceTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Migrations leave the version before able to work (`docs/upgrade.md`).
class MigrationRulesTest {

  /// What broke the rules while nothing had been released that could have been upgraded from. Never
  /// to be added to: a new migration takes two versions for such a change.
  private static final Set<String> BEFORE_THE_FIRST_RELEASE =
      Set.of(
          "registry/V0004__tenants.sql", // tenants became rows that others refer to
          "registry/V0006__rotation.sql", // a key has a time from which it signs
          "registry/V0015__renewal.sql", // a request for a certificate brings one
          "registry/V0018__groups_and_filters.sql", // keys kept to groups; places of devices
          "registry/V0023__alerts.sql", // an alert got an id and stays when it has ended
          "registry/V0028__presence.sql", // flapping begins and ends together
          "registry/V0031__bulk.sql", // references cost an import too much
          "registry/V0034__last_sessions_as_text.sql", // text is cheaper (ADR 0009)
          "registry/V0036__cheaper_devices.sql", // indexes and a reference (ADR 0009)
          "command/V0012__indexes_of_times.sql"); // indexes that answered for others (ADR 0012)

  private static Map<String, List<String>> found() {
    Map<String, List<String>> found = new TreeMap<>();
    Map<String, MigrationRules> schemas = new HashMap<>();
    for (String file :
        SourceTree.files(path -> path.matches("[a-z]+-service/src/main/.*/migration/.*\\.sql"))) {
      String[] path = file.split("/", -1);
      String schema = path[path.length - 3];
      List<String> broken =
          schemas.computeIfAbsent(schema, any -> new MigrationRules()).next(SourceTree.read(file));
      if (!broken.isEmpty()) {
        found.put(schema + "/" + path[path.length - 1], broken);
      }
    }
    return found;
  }

  @Test
  void leavesTheVersionBeforeAbleToWork() {
    // When
    Map<String, List<String>> found = found();

    // Then
    assertThat(found.keySet())
        .as("migrations that break the rules: %s", found)
        .isEqualTo(BEFORE_THE_FIRST_RELEASE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drop table device",
        "drop index device_name",
        "drop index device_name; create index device_name on device (name)",
        "truncate device",
        "delete from device",
        "alter table device drop column name",
        "alter table device rename column name to title",
        "alter table device rename to thing",
        "alter index device_name rename to device_title",
        "alter table device alter column name type bytea using name::bytea",
        "alter table device alter name set data type bytea",
        "alter table device alter column name set not null",
        "alter table device alter column name drop default",
        "alter table device add column extra text not null",
        "alter table device add column a numeric(3, 2), add column b text not null",
        "alter table device add constraint named check (name <> 'x;y')",
        "alter table device add unique (name)",
        "ALTER TABLE device\n  -- it's a comment\n  ADD FOREIGN KEY (name) REFERENCES other",
        "create unique index device_once on device (name)",
        "alter table unheard_of drop column name"
      })
  void refusesWhatTheVersionBeforeWouldMeet(String sql) {
    // Given
    MigrationRules rules = new MigrationRules();
    assertThat(rules.next("create table device (id text primary key, name text)")).isEmpty();

    // Then
    assertThat(rules.next(sql)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table other (id text primary key); alter table other add unique (id)",
        "create table other (id text); create unique index other_once on other (id)",
        "create index device_name on device (name)",
        "alter table device add column extra text",
        "alter table device add column extra text not null default ''",
        "alter table device add column extra text not null generated always as (name) stored",
        "alter table device add column extra text references other (id)",
        "alter table device alter column name set default 'a', alter name set statistics 1000",
        "insert into device values ('drop table device; truncate device')",
        "create function f() returns void language sql as $$ delete from device; $$",
        "update device set name = ''"
      })
  void letsThroughWhatItWouldNot(String sql) {
    // Given
    MigrationRules rules = new MigrationRules();
    assertThat(rules.next("create table device (id text primary key, name text)")).isEmpty();

    // Then
    assertThat(rules.next(sql)).isEmpty();
  }
}
