package dev.fairlead.registry.audit;

/// Both ends of a tenant's chain.
///
/// @param firstSequence the number of the oldest entry that is kept, or would be
/// @param firstPrevious the hash of the entry before that one
/// @param nextSequence the number of the next entry
/// @param lastHash the hash of the newest entry
/// @param sealed whether the ends are those that were sealed; what was changed by somebody else is
///     never sealed again, so that no later entry can hide it
@SuppressWarnings("ArrayRecordComponent") // never compared
record AuditChain(
    String tenant,
    long firstSequence,
    byte[] firstPrevious,
    long nextSequence,
    byte[] lastHash,
    boolean sealed) {

  /// The chain of a tenant that has done nothing.
  static AuditChain empty(String tenant) {
    byte[] nothing = new byte[AuditKey.HASH_BYTES];
    return new AuditChain(tenant, 1, nothing, 1, nothing, true);
  }

  /// The same, whose seal was found to be right.
  AuditChain asSealed() {
    return new AuditChain(tenant, firstSequence, firstPrevious, nextSequence, lastHash, true);
  }

  /// The same, one entry longer.
  AuditChain longer(byte[] hash) {
    return new AuditChain(tenant, firstSequence, firstPrevious, nextSequence + 1, hash, sealed);
  }

  /// The same without its oldest entries.
  ///
  /// @param last the number of the newest of them
  /// @param hash the hash of that one
  AuditChain without(long last, byte[] hash) {
    return new AuditChain(tenant, last + 1, hash, nextSequence, lastHash, sealed);
  }
}
