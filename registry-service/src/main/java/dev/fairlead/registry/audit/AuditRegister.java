package dev.fairlead.registry.audit;

/// Which chains were begun, in a hash. No chain ever ends: the audit outlives its tenant.
///
/// @param chains how many
/// @param hash over the tenants, in the order in which their chains were begun
/// @param sealed whether this is what was sealed; what was changed by somebody else is never sealed
///     again
@SuppressWarnings("ArrayRecordComponent") // never compared
record AuditRegister(long chains, byte[] hash, boolean sealed) {

  /// That of no chain.
  static AuditRegister empty() {
    return new AuditRegister(0, new byte[AuditKey.HASH_BYTES], true);
  }

  /// The same with one more chain.
  AuditRegister with(AuditKey key, String tenant) {
    return new AuditRegister(chains + 1, key.hash(this, tenant), sealed);
  }
}
