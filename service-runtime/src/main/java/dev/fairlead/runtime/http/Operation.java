package dev.fairlead.runtime.http;

/// What an operation of a contract does. Runs on a virtual thread of its own, where it may block
/// and await; it is interrupted when the request has taken too long.
@FunctionalInterface
public interface Operation {
  /// Serves one request, whose parameters and body match the contract.
  ///
  /// @throws Exception what `Problems` turns into the answer; a `ProblemException` says it exactly
  ApiResponse handle(ApiRequest request) throws Exception;
}
