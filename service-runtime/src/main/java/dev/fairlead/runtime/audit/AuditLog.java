package dev.fairlead.runtime.audit;

import io.vertx.core.Future;

/// Where entries go. An act is answered only once its entry is safe there.
@FunctionalInterface
public interface AuditLog {

  /// Completes when the entry is safe: it will be in the log even if this process ends now.
  Future<Void> append(AuditEntry entry);
}
