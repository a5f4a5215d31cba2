package dev.fairlead.benchmarks;

/// A peer cannot be run on this machine.
final class PeerMissingException extends Exception {

  private static final long serialVersionUID = 1L;

  PeerMissingException(String reason) {
    super(reason);
  }
}
