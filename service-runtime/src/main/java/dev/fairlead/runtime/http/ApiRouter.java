package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.FairShare;
import dev.fairlead.runtime.audit.AuditLog;
import dev.fairlead.runtime.audit.StrangerBudget;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/// The HTTP interface of a service, made from its OpenAPI contract and an [Operation] for each
/// `operationId`.
///
/// A request is matched, its key and its body are read on the event loop, and then it is checked
/// against the contract and served on a virtual thread of its own. At most
/// [ApiSettings#requestsMax] are served at once; there is no queue, one more is answered 503. One
/// tenant may have half of them, so that it keeps nobody else out; one more is answered 429.
/// Each operation needs the role that its `x-role` names. What may change something, and each
/// refusal of it, is in the audit before it is answered.
/// Everything that is not a success is a problem document. The contract itself is served at
/// `/api/v1/openapi/<service>.yaml`, to everyone.
///
/// The contract writes its paths in full (`/api/v1/things`) and names no servers, whose URLs would
/// have to be absolute. Parameters are texts, numbers, booleans or arrays of texts.
///
/// The router is a handler of any HTTP server's requests and answers on the context of the request.
public final class ApiRouter implements Handler<HttpServerRequest> {
  private final Router router;

  private ApiRouter(Router router) {
    this.router = router;
  }

  /// Reads a contract.
  ///
  /// @param contractResource where it lies on the class path, `registry/openapi.yaml`
  /// @return what the operations are bound to; fails when the contract cannot be read or is not
  ///     OpenAPI 3.1
  public static Future<Builder> load(Vertx vertx, String contractResource, ApiSettings settings) {
    return vertx
        .fileSystem()
        .readFile(contractResource)
        .compose(
            document ->
                Contracts.read(vertx, document)
                    .map(contract -> new Builder(vertx, contract, document, settings)));
  }

  @Override
  public void handle(HttpServerRequest request) {
    router.handle(request);
  }

  /// Binds the operations of a contract. Belongs to one thread.
  public static final class Builder {
    private final Vertx vertx;
    private final OpenAPIContract contract;
    private final Buffer document;
    private final ApiSettings settings;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private Optional<Callers.Browsers> browsers = Optional.empty();
    private GroupMembers groups = GroupMembers.NONE;
    private Tracing tracing = Tracing.OFF;

    private Builder(Vertx vertx, OpenAPIContract contract, Buffer document, ApiSettings settings) {
      this.vertx = vertx;
      this.contract = contract;
      this.document = document;
      this.settings = settings;
    }

    /// Says what an operation does.
    ///
    /// @throws IllegalStateException when it has been said before
    public Builder operation(String operationId, Operation operation) {
      if (operations.putIfAbsent(operationId, operation) != null) {
        throw new IllegalStateException("operation bound twice: " + operationId);
      }
      return this;
    }

    /// Lets browsers in that have signed in, besides those who carry a key.
    public Builder browsers(BrowserSessions sessions, PublicSite site) {
      browsers = Optional.of(new Callers.Browsers(sessions, site));
      return this;
    }

    /// Says which devices a key may reach that is kept to a group; without that, none.
    public Builder groups(GroupMembers members) {
      groups = members;
      return this;
    }

    /// Traces the requests of those who are known; without that, none.
    public Builder tracing(Tracing other) {
      tracing = other;
      return this;
    }

    /// The finished interface.
    ///
    /// @throws IllegalStateException when the contract has an operation that is not bound, or none
    ///     of a bound name, does not ask for a key in general, or does not name the role that an
    ///     operation needs
    /// @param audit where mutations and their refusals are written down
    public ApiRouter build(
        Authenticator authenticator, AuditLog audit, Problems problems, MeterRegistry meters) {
      checkNames();
      if (contract.getSecurityRequirements().isEmpty()) {
        throw new IllegalStateException(
            "the contract must ask for a key in general; 'security: []' opens one operation");
      }
      SignIns signIns =
          new SignIns(settings.service(), settings.signIns(), System::nanoTime, meters);
      ApiParts parts =
          new ApiParts(
              vertx,
              settings,
              new Callers(authenticator, browsers),
              signIns,
              new OpenCalls(settings.openCallsPerMinute(), signIns, System::nanoTime, meters),
              groups,
              audit,
              new StrangerBudget(),
              problems,
              meters,
              new Semaphore(settings.requestsMax()),
              new FairShare(settings.requestsOfOneMax()),
              tracing);
      Router router = Router.router(vertx);
      router.get("/api/v1/openapi/" + settings.service() + ".yaml").handler(this::serveContract);
      contract.getPaths().forEach(path -> mount(router, path, parts));
      router
          .route()
          .handler(
              rc ->
                  problems.answer(
                      rc.request(),
                      Problem.of(ProblemType.NOT_FOUND, "There is nothing at this path.")));
      for (int status : List.of(400, 404, 405, 413, 500)) {
        router.errorHandler(status, rc -> answerFailure(rc, status, problems));
      }
      return new ApiRouter(router);
    }

    private void checkNames() {
      Set<String> inContract =
          contract.operations().stream()
              .map(io.vertx.openapi.contract.Operation::getOperationId)
              .collect(Collectors.toCollection(TreeSet::new));
      List<String> problems = new ArrayList<>();
      inContract.stream()
          .filter(id -> !operations.containsKey(id))
          .forEach(id -> problems.add("not bound: " + id));
      operations.keySet().stream()
          .filter(id -> !inContract.contains(id))
          .forEach(id -> problems.add("not in the contract: " + id));
      if (!problems.isEmpty()) {
        throw new IllegalStateException("operations " + String.join(", ", problems));
      }
    }

    private void mount(Router router, Path path, ApiParts parts) {
      Set<String> methods = new TreeSet<>();
      for (io.vertx.openapi.contract.Operation inContract : path.getOperations()) {
        Operation operation = operations.get(inContract.getOperationId());
        if (operation == null) {
          throw new IllegalStateException("not bound: " + inContract.getOperationId());
        }
        BoundOperation bound =
            BoundOperation.of(inContract, contract.getSchemaRepository(), operation);
        methods.add(inContract.getHttpMethod().name());
        router
            .route(inContract.getHttpMethod(), template(inContract.getAbsoluteOpenAPIPath()))
            .handler(rc -> new ApiExchange(parts, bound, rc).begin());
      }
      Problem notAllowed =
          Problem.of(
                  ProblemType.METHOD_NOT_ALLOWED,
                  "Methods of this resource: " + String.join(", ", methods) + ".")
              .withHeader("Allow", String.join(", ", methods));
      path.getOperations().stream()
          .findFirst()
          .ifPresent(
              any ->
                  router
                      .route(template(any.getAbsoluteOpenAPIPath()))
                      .handler(rc -> parts.problems().answer(rc.request(), notAllowed)));
    }

    private void serveContract(RoutingContext rc) {
      rc.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/yaml").end(document.copy());
    }

    /// @param status what the handler is for; the context itself does not know it where no route
    ///     was even tried
    private static void answerFailure(RoutingContext rc, int status, Problems problems) {
      Throwable failure = rc.failure();
      problems.answer(
          rc.request(),
          failure == null ? new io.vertx.ext.web.handler.HttpException(status) : failure);
    }

    /// `{id}` of OpenAPI is `:id` of the router.
    private static String template(String path) {
      return path.replaceAll("\\{(\\w+)}", ":$1");
    }
  }
}
