package dev.fairlead.registry.change;

import dev.fairlead.bus.feed.FeedEvent;
import dev.fairlead.bus.feed.FeedStream;
import dev.fairlead.bus.feed.FeedStreams;
import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The operations on the feed.
public final class ChangeRoutes {

  private final PgFeed<ChangeFilter> feed;
  private final FeedStreams streams;

  ChangeRoutes(PgFeed<ChangeFilter> feed, FeedStreams streams) {
    this.feed = feed;
    this.streams = streams;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("listChanges", this::list).operation("streamChanges", this::stream);
  }

  /// A part of the feed.
  ///
  /// @param next where to go on, also when nothing has happened yet
  /// @param more whether there may be more at once
  record ChangePage(List<FeedEvent> items, String next, boolean more) {
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
    PgFeed.Part part =
        feed.after(Position.of(cursor.get()), filter(request), paging.limit()).await();
    return ApiResponse.ok(new ChangePage(part.events(), part.next().cursor(), part.more()));
  }

  private ApiResponse stream(ApiRequest request) {
    ChangeFilter filter = filter(request);
    Optional<Position> told = FeedStreams.position(request);
    Position from = told.isPresent() ? told.get() : feed.end().await();
    FeedStream<ChangeFilter> stream =
        streams.open(
            feed,
            filter.tenant(),
            filter,
            from,
            "Too many follow the changes of this tenant here.");
    try {
      stream.begin().await();
      return stream.answer();
    } finally {
      stream.stopUnlessAnswered();
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
