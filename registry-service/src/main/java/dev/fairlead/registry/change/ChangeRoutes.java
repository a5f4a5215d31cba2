package dev.fairlead.registry.change;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The operations on the feed.
public final class ChangeRoutes {

  private static final Duration FULL_RETRY = Duration.ofSeconds(10);

  private final PgChangeFeed feed;
  private final Changes changes;

  ChangeRoutes(PgChangeFeed feed, Changes changes) {
    this.feed = feed;
    this.changes = changes;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("listChanges", this::list).operation("streamChanges", this::stream);
  }

  /// A part of the feed.
  ///
  /// @param next where to go on, also when nothing has happened yet
  /// @param more whether there may be more at once
  record ChangePage(List<ChangeEvent> items, String next, boolean more) {
    ChangePage {
      items = List.copyOf(items);
    }
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> cursor = request.query("cursor");
    if (cursor.isEmpty()) {
      return ApiResponse.ok(new ChangePage(List.of(), feed.end().await().cursor(), false));
    }
    PgChangeFeed.Part part =
        feed.after(Position.of(cursor.get()), filter(request), paging.limit()).await();
    return ApiResponse.ok(new ChangePage(part.events(), part.next().cursor(), part.more()));
  }

  private ApiResponse stream(ApiRequest request) {
    ChangeFilter filter = filter(request);
    // Browsers that come back ask for the same URL once more, so what they say besides counts.
    Optional<Position> told =
        request
            .header("Last-Event-ID")
            .filter(id -> !id.isEmpty())
            .or(() -> request.query("cursor"))
            .map(Position::of);
    Position from = told.isPresent() ? told.get() : feed.end().await();
    ChangeStream stream =
        changes.stream(filter, from)
            .orElseThrow(
                () ->
                    Problem.of(
                            ProblemType.TOO_MANY_REQUESTS,
                            "Too many follow the changes of this tenant here.")
                        .retryAfter(FULL_RETRY)
                        .exception());
    begin(stream);
    return ApiResponse.live(ChangeStream.MEDIA_TYPE, stream::next, stream::stop)
        .withHeader("Cache-Control", "no-store")
        .withHeader("X-Accel-Buffering", "no");
  }

  /// Whoever does not get it leaves no place taken, also when the request took too long meanwhile.
  private static void begin(ChangeStream stream) {
    boolean begun = false;
    try {
      stream.begin().await();
      begun = true;
    } finally {
      if (!begun) {
        stream.stop();
      }
    }
  }

  private static ChangeFilter filter(ApiRequest request) {
    Set<ChangeKind> kinds =
        request.queryAll("kind").stream()
            .flatMap(word -> ChangeKind.of(word).stream())
            .collect(Collectors.toUnmodifiableSet());
    return new ChangeFilter(
        new TenantId(request.tenant()), kinds, Optional.empty(), request.group());
  }
}
