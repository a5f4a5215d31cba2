package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.KeyedBudget;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Guards operations that are open to everyone and take a secret in the request: by how many calls
/// may come from one address, and by counting the wrong secrets among them together with the wrong
/// keys. Safe for all threads.
final class OpenCalls {

  private static final int ADDRESSES_MAX = 16_384;

  /// What a secret is answered that opens nothing.
  private static final Set<ProblemType> WRONG_SECRET =
      EnumSet.of(
          ProblemType.UNAUTHORIZED,
          ProblemType.ENROLMENT_NOT_FOUND,
          ProblemType.SIGN_IN_FAILED,
          ProblemType.SIGN_IN_REFUSED);

  private final KeyedBudget calls;
  private final SignIns signIns;
  private final MeterRegistry meters;

  /// @param perMinute how many calls may come from one address
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  OpenCalls(int perMinute, SignIns signIns, LongSupplier nanoTime, MeterRegistry meters) {
    this.calls = new KeyedBudget(perMinute, ADDRESSES_MAX, nanoTime);
    this.signIns = signIns;
    this.meters = meters;
  }

  /// Why a call is not looked at; empty where it is.
  Optional<Problem> refusal(String address) {
    return calls
        .take(Networks.of(address))
        .map(
            left ->
                refused(
                    Problem.of(
                            ProblemType.TOO_MANY_REQUESTS, "Too many calls came from this address.")
                        .retryAfter(left)))
        .or(() -> signIns.mayLookUp(address) ? Optional.empty() : signIns.banOf(address));
  }

  private Problem refused(Problem problem) {
    meters.counter("http.calls.refused", "reason", "address-rate").increment();
    return problem;
  }

  /// What is to be said to a call that was refused: where its secret was wrong too often from one
  /// address, that.
  Problem failed(Problem problem, String address) {
    return WRONG_SECRET.contains(problem.type())
        ? signIns.counted(address).orElse(problem)
        : problem;
  }
}
