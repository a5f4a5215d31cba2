package dev.fairlead.gateway;

import dev.fairlead.gateway.websocket.ConnectDoor;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Shows each request of this gateway's part of the URL map to its door.
final class GatewayDoors implements Handler<HttpServerRequest> {

  /// The doors that stand on the map and lead nowhere yet.
  private static final Set<String> NOT_BUILT =
      Set.of(
          "/api/devices/v1/deviceconnect/connect",
          "/api/v1/live",
          "/info",
          "/mqtt",
          "/publish",
          "/subscribe",
          "/ws");

  private static final Pattern NOT_BUILT_TREES =
      Pattern.compile("/api/v1/devices/[^/]+/terminal|/pixelblaze(/.*)?");
  private static final String PIXELBLAZE = "/pixelblaze";

  /// Below the door lies a token, for clients that have nothing but a URL. It has been taken out of
  /// the path of whatever can be let in.
  private static final String TOKEN_PATHS = ConnectDoor.PATH + "/";

  private static final Duration START_RETRY = Duration.ofSeconds(1);

  private final Supplier<Optional<ConnectDoor>> connect;
  private final Contract contract;
  private final Problems problems;

  GatewayDoors(Supplier<Optional<ConnectDoor>> connect, Problems problems) {
    this.connect = connect;
    this.contract = new Contract(problems);
    this.problems = problems;
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    if (path == null) {
      problems.answer(request, Problem.of(ProblemType.BAD_REQUEST, "The request has no path."));
    } else if (path.equals(ConnectDoor.PATH)) {
      connect
          .get()
          .ifPresentOrElse(
              door -> door.handle(request), () -> problems.answer(request, starting()));
    } else if (path.startsWith(TOKEN_PATHS)) {
      // A token that came another way than over HTTP/1.1, on which alone there are WebSockets.
      problems.answer(
          request,
          Problem.of(ProblemType.NOT_FOUND, "There is nothing below this path.")
              .at(ConnectDoor.PATH));
    } else if (path.equals(Contract.PATH)) {
      contract.handle(request);
    } else if (NOT_BUILT.contains(path) || NOT_BUILT_TREES.matcher(path).matches()) {
      // Without what follows the door's name: it may be a token.
      problems.answer(
          request,
          Problem.of(ProblemType.DOOR_NOT_BUILT, "This door does not open yet.")
              .at(path.startsWith(PIXELBLAZE) ? PIXELBLAZE : path));
    } else {
      problems.answer(request, Problem.of(ProblemType.NOT_FOUND, "There is nothing at this path."));
    }
  }

  private static Problem starting() {
    return Problem.of(ProblemType.STARTING, "This gateway is not ready yet.")
        .at(ConnectDoor.PATH)
        .retryAfter(START_RETRY);
  }
}
