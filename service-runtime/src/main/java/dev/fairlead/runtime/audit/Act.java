package dev.fairlead.runtime.audit;

import dev.fairlead.runtime.tracing.TraceContext;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;

/// What one request is about to do. A store that writes its rows in a transaction appends
/// [#succeeded] to the audit in that same transaction, so that neither is there without the other;
/// an act that nobody wrote down by then is written down before it is answered. Used by one thread
/// at a time.
public final class Act {

  /// The longest target that is kept.
  private static final int TARGET_MAX = 512;

  private final InstantSource clock;
  private final String service;
  private volatile Actor actor;
  private final String action;
  private final String target;
  private final Optional<TraceContext> trace;
  private volatile boolean recorded;

  /// Who acts.
  ///
  /// @param tenant in which
  /// @param id of the key or person; empty for nobody known
  /// @param role in lower case; empty for nobody known
  /// @param address where from
  public record Actor(String tenant, String id, String role, String address) {}

  /// @param clock for the time of the entry
  /// @param action the `operationId`
  /// @param target the path of the request
  public Act(InstantSource clock, String service, Actor actor, String action, String target) {
    this(clock, service, actor, action, target, Optional.empty());
  }

  /// The same for an act that is a step of a trace.
  public Act(
      InstantSource clock,
      String service,
      Actor actor,
      String action,
      String target,
      Optional<TraceContext> trace) {
    this.clock = clock;
    this.service = service;
    this.actor = actor;
    this.action = action;
    this.target = target.length() > TARGET_MAX ? target.substring(0, TARGET_MAX) : target;
    this.trace = trace;
  }

  /// Names the actor of an operation that is open to everyone, once the operation itself has found
  /// out who that is; the address stays.
  ///
  /// @param tenant in which is acted
  /// @param id of the credential that was presented
  /// @param role a word for the kind of credential
  public void by(String tenant, String id, String role) {
    actor = new Actor(tenant, id, role, actor.address());
  }

  /// Who acts: for what goes on when the request is over.
  public Actor actor() {
    return actor;
  }

  /// The trace that the request is a step of: for what it has said on the bus.
  public Optional<TraceContext> trace() {
    return trace;
  }

  /// Where the request came from.
  public String address() {
    return actor.address();
  }

  /// Says that the request changed nothing, and is no act after all: somebody asked whether
  /// something has happened meanwhile.
  public void changedNothing() {
    recorded = true;
  }

  /// The entry of the act, done; to be appended by the caller.
  public AuditEntry succeeded() {
    return succeeded(target);
  }

  /// The entry of the act, done, on something that the request's path does not name.
  ///
  /// @param made the path of what was made
  public AuditEntry succeeded(String made) {
    recorded = true;
    return entry(made, AuditEntry.SUCCEEDED);
  }

  /// The entry of the act, done by somebody who was nobody known when the request came: who has
  /// signed in by it.
  ///
  /// @param tenant in which they act from now on
  /// @param id of the key or person
  /// @param role in lower case
  public AuditEntry succeededAs(String tenant, String id, String role) {
    recorded = true;
    return entry(new Actor(tenant, id, role, actor.address()), target, AuditEntry.SUCCEEDED);
  }

  /// The entry of the act, done, in the tenant that it touches, which is not the one in which the
  /// actor acts.
  ///
  /// @param tenant that the path of the request names, and that exists
  public AuditEntry succeededIn(String tenant) {
    return succeededAs(tenant, actor.id(), actor.role());
  }

  /// The entry of something that the act has brought about besides what it is for; the act itself
  /// is still to be written down.
  ///
  /// @param tenant in which
  /// @param id of whom it was brought about for
  /// @param role of theirs, in lower case; empty for none
  /// @param on the path of what was changed
  public AuditEntry consequence(String tenant, String id, String role, String on) {
    return entry(new Actor(tenant, id, role, actor.address()), on, AuditEntry.SUCCEEDED);
  }

  /// Whether the actor acts in this tenant.
  public boolean isIn(String tenant) {
    return actor.tenant().equals(tenant);
  }

  /// The entry of the act, refused. What nobody known has asked for is named by the action: the
  /// path is theirs to choose, and may name what belongs to others than the readers of the entry.
  ///
  /// @param problem the slug of the problem that it is answered with
  public AuditEntry refused(String problem) {
    return entry(actor.id().isEmpty() ? action : target, problem);
  }

  /// Whether there is nothing left to write down: [#succeeded] was taken, or nothing was changed.
  public boolean isRecorded() {
    return recorded;
  }

  private AuditEntry entry(String on, String outcome) {
    return entry(actor, on, outcome);
  }

  private AuditEntry entry(Actor who, String on, String outcome) {
    return new AuditEntry(
        UUID.randomUUID(),
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        who.tenant(),
        who.id(),
        who.role(),
        action,
        on,
        who.address(),
        outcome,
        service);
  }
}
