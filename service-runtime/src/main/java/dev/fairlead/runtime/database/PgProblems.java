package dev.fairlead.runtime.database;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemMapper;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Knows by which failures PostgreSQL, or the way to it, is away. What SQL got wrong is a fault of
/// ours and not known here.
public final class PgProblems implements ProblemMapper {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  /// Classes of SQLSTATE: connection exception, insufficient resources, operator intervention
  /// (shutdown, a cancelled statement).
  private static final Set<String> AWAY = Set.of("08", "53", "57");

  private static final String DEADLOCK = "40P01";

  /// Serialization failure, deadlock, lock not available, read-only while a standby takes over.
  private static final Set<String> TRANSIENT = Set.of("40001", DEADLOCK, "55P03", "25006");

  /// What the pool of the client says, in an exception that has no type of its own.
  private static final Set<String> POOL_MESSAGES = Set.of("Pool closed", "Connection closed");

  /// How it begins what the client says of a connection that was closed before a command went out.
  private static final List<String> CLOSED_BEGINNINGS =
      List.of("Connection is not active now", "Pending requests failed to be sent");

  /// What the system says of a connection that was cut while we wrote, in an exception that has no
  /// type of its own either.
  private static final Set<String> CUT_MESSAGES = Set.of("Broken pipe", "Connection reset by peer");

  @Override
  public Optional<Problem> map(Throwable failure) {
    boolean away =
        switch (failure) {
          case PgException database -> isAway(database.getSqlState());
          case ClosedConnectionException _ -> true;
          case IOException cut -> CUT_MESSAGES.contains(String.valueOf(cut.getMessage()));
          default -> isPool(failure);
        };
    return away
        ? Optional.of(
            Problem.of(ProblemType.UNAVAILABLE, "The database does not answer at the moment.")
                .retryAfter(RETRY_AFTER))
        : Optional.empty();
  }

  /// Whether a transaction was given up because it and another one waited for each other.
  public static boolean isDeadlock(Throwable failure) {
    return failure instanceof PgException database && DEADLOCK.equals(database.getSqlState());
  }

  /// Whether the database answered and would not do this very transaction: another one, or the same
  /// again, may fare better at once.
  public static boolean isOfTransaction(Throwable failure) {
    return failure instanceof PgException database
        && (TRANSIENT.contains(database.getSqlState()) || !isAway(database.getSqlState()));
  }

  private static boolean isAway(@Nullable String state) {
    return state != null
        && state.length() == 5
        && (AWAY.contains(state.substring(0, 2)) || TRANSIENT.contains(state));
  }

  private static boolean isPool(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure.getClass().getName().startsWith("io.vertx.core.")
        && (POOL_MESSAGES.contains(message)
            || CLOSED_BEGINNINGS.stream().anyMatch(message::startsWith));
  }
}
