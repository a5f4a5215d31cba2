package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.audit.Act;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An import or a patch, and how far it has come.
///
/// @param spec what was asked for
/// @param group that the key was kept to which asked for it
/// @param actor who asked for it
/// @param problem why it could not be brought to its end
/// @param bytes of an import that were taken
/// @param lines of an import that were taken
/// @param columns of an import's header; empty before it was taken
/// @param cursor the device that a patch looked at last
record BulkJob(
    TenantId tenant,
    String id,
    Kind kind,
    State state,
    ObjectNode spec,
    Optional<String> group,
    Act.Actor actor,
    Instant createdAt,
    Instant updatedAt,
    Optional<Instant> finishedAt,
    Optional<String> problem,
    long bytes,
    long lines,
    Optional<List<String>> columns,
    Optional<String> cursor,
    BulkCounts counts) {

  /// What jobs there are.
  enum Kind {
    IMPORT("import", "/api/v1/device-imports/"),
    PATCH("patch", "/api/v1/device-patches/");

    private final String word;
    private final String path;

    Kind(String word, String path) {
      this.word = word;
      this.path = path;
    }

    String word() {
      return word;
    }

    /// Where they are, each under its id.
    String path() {
      return path;
    }
  }

  /// How a job stands.
  enum State {
    OPEN("open"),
    DONE("done"),
    CANCELLED("cancelled"),
    FAILED("failed");

    private final String word;

    State(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static State of(String word) {
      for (State state : values()) {
        if (state.word.equals(word)) {
          return state;
        }
      }
      throw new IllegalArgumentException("no job stands like " + word);
    }
  }

  /// A job that was not begun yet.
  static BulkJob begun(
      TenantId tenant,
      String id,
      Kind kind,
      ObjectNode spec,
      Optional<String> group,
      Act.Actor actor,
      Instant now) {
    return new BulkJob(
        tenant,
        id,
        kind,
        State.OPEN,
        spec,
        group,
        actor,
        now,
        now,
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        BulkCounts.NONE);
  }

  /// How a job stands after a step; what was done in it is added where it is written down.
  ///
  /// @param problem why it cannot be brought to its end
  /// @param at when the step was taken
  record Standing(
      State state,
      Instant at,
      Optional<String> problem,
      long bytes,
      long lines,
      Optional<List<String>> columns,
      Optional<String> cursor) {

    /// That of an import.
    static Standing of(ImportBatch batch, Instant at) {
      return new Standing(
          batch.last() ? State.DONE : State.OPEN,
          at,
          Optional.empty(),
          batch.to(),
          batch.lines(),
          batch.columns(),
          Optional.empty());
    }

    /// That of a patch.
    static Standing of(State state, Optional<String> cursor, Instant at) {
      return new Standing(state, at, Optional.empty(), 0, 0, Optional.empty(), cursor);
    }

    /// That of a patch that cannot go on.
    static Standing failed(Optional<String> cursor, String problem, Instant at) {
      return new Standing(State.FAILED, at, Optional.of(problem), 0, 0, Optional.empty(), cursor);
    }
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /// Where it is.
  String path() {
    return kind.path() + id;
  }

  /// Whether it is an import that changes devices which are there.
  boolean isUpsert() {
    return spec("mode").equals("upsert");
  }

  /// A text of what was asked for.
  String spec(String member) {
    return spec.path(member).asText("");
  }
}
