package dev.fairlead.runtime.audit;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.UUID;

/// One act, or the refusal of one.
///
/// @param id its own; an entry that arrives twice is one entry
/// @param at when it was decided, to the microsecond
/// @param tenant in which it was done
/// @param actor the id of the key or person; empty for somebody who could not say who they are
/// @param role of the actor, in lower case; empty for nobody known
/// @param action what was done, an `operationId` of the contracts
/// @param target on what, a path of the API; the action again for a refusal of somebody who could
///     not say who they are
/// @param address where the request came from
/// @param outcome [#SUCCEEDED], or the slug of the problem that it was answered with
/// @param service which one decided
public record AuditEntry(
    UUID id,
    Instant at,
    String tenant,
    String actor,
    String role,
    String action,
    String target,
    String address,
    String outcome,
    String service) {

  /// The outcome of an act that was done.
  public static final String SUCCEEDED = "succeeded";

  public AuditEntry {
    requireNonNull(id);
    requireNonNull(at);
    requireNonNull(tenant);
    requireNonNull(actor);
    requireNonNull(role);
    requireNonNull(action);
    requireNonNull(target);
    requireNonNull(address);
    requireNonNull(outcome);
    requireNonNull(service);
  }
}
