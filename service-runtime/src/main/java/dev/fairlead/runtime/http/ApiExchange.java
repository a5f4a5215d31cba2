package dev.fairlead.runtime.http;

import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.tracing.TraceContext;
import dev.fairlead.runtime.tracing.TraceSpan;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request on its way: key, role, body, check, operation, audit, answer. Begins and ends on the
/// context of the request; the check and the operation run on a virtual thread between.
final class ApiExchange {
  private static final Logger log = LoggerFactory.getLogger(ApiExchange.class);
  private static final int FAULTS = 500;
  private static final Duration AUDIT_TIMEOUT = Duration.ofSeconds(5);

  /// Where the refusals of people whom nobody knows are written down: at the operator's.
  private static final String NOBODYS_TENANT = "default";

  private final ApiParts parts;
  private final BoundOperation operation;
  private final RoutingContext routing;
  private final HttpServerRequest request;
  private final Context context;
  private final AtomicBoolean timedOut = new AtomicBoolean();
  private final Timer.Sample sample;

  /// Set by [#begin], before anything can happen.
  private Act act;

  /// Set before the thread of the operation is started, and read by it.
  private volatile long timer;

  /// The body of an operation that takes it part by part; confined to the context.
  private Optional<BodyParts> bodyParts = Optional.empty();

  /// Asks again who the caller is; set where that is found out.
  private Supplier<Future<Optional<Principal>>> standing =
      () -> Future.succeededFuture(Optional.empty());

  /// The caller's key or token, for an operation that needs it still.
  private Optional<Secret> passedOn = Optional.empty();

  /// None until it is known who asks: strangers have nothing recorded.
  private TraceSpan span = TraceSpan.NONE;

  ApiExchange(ApiParts parts, BoundOperation operation, RoutingContext routing) {
    this.parts = parts;
    this.operation = operation;
    this.routing = routing;
    this.request = routing.request();
    this.context = parts.vertx().getOrCreateContext();
    this.sample = Timer.start(parts.meters());
    this.act = act(null);
  }

  void begin() {
    Optional<String> key = Callers.takeKey(request);
    RequestValues values = RequestValues.of(routing);
    if (!operation.secured()) {
      open(values);
    } else if (key.isPresent()) {
      byKey(values, key.get());
    } else {
      bySession(values);
    }
  }

  private void open(RequestValues values) {
    Optional<Problem> refusal =
        operation.guarded() ? parts.openCalls().refusal(address()) : Optional.empty();
    if (refusal.isPresent()) {
      turnAway(refusal.get());
    } else {
      read(values, body(), Optional.empty());
    }
  }

  private void bySession(RequestValues values) {
    Optional<Secret> cookie = parts.callers().cookie(request);
    if (cookie.isEmpty()) {
      fail(Callers.unknown().exception());
    } else if (parts.signIns().mayLookUp(address())) {
      standing =
          () -> parts.callers().bySession(cookie.get()).map(found -> found.map(Caller::principal));
      await(values, parts.callers().bySession(cookie.get()));
    } else {
      turnAway(parts.signIns().failed(address()));
    }
  }

  private void byKey(RequestValues values, String key) {
    if (!parts.signIns().mayCheck(key, address())) {
      turnAway(parts.signIns().failed(address()));
      return;
    }
    standing = parts.callers().standing(key);
    passedOn = operation.passesKeyOn() ? Optional.of(Secret.of(key)) : Optional.empty();
    if (SignIns.isToken(key)) {
      await(values, parts.callers().byToken(key));
    } else {
      parts
          .callers()
          .byKey(key)
          .ifPresentOrElse(
              caller -> admit(values, caller, this::body),
              () -> turnAway(parts.signIns().failed(address())));
    }
  }

  /// Waits for a session or a token that is being looked up. Whoever reads the body must say so
  /// before this turn of the loop is over, but nothing is to come before it is known whose it is.
  private void await(RequestValues values, Future<Optional<Caller>> asked) {
    Future<Buffer> body = body();
    request.pause();
    asked
        .onComplete(_ -> resumeBody())
        .onSuccess(
            found ->
                found.ifPresentOrElse(
                    caller -> admit(values, caller, () -> body),
                    () -> turnAway(parts.signIns().failed(address()))))
        .onFailure(this::fail);
  }

  private void resumeBody() {
    if (operation.streamed()) {
      return; // it comes when it is asked for
    }
    try {
      request.resume();
    } catch (IllegalStateException e) {
      log.atDebug().setCause(e).log("the caller went away");
    }
  }

  private Future<Buffer> body() {
    if (operation.streamed()) {
      bodyParts = Optional.of(BodyParts.of(request, context));
      return Future.succeededFuture(Buffer.buffer());
    }
    return BodyReader.read(
        request, Math.min(operation.bodyBytesMax(), parts.settings().bodyBytesMax()));
  }

  private void admit(RequestValues values, Caller caller, Supplier<Future<Buffer>> body) {
    Principal principal = caller.principal();
    span = span();
    act = act(principal);
    Optional<Problem> foreign = parts.callers().refusal(request, caller);
    if (foreign.isPresent()) {
      fail(foreign.get().exception());
    } else if (principal.choosesInVain(request)) {
      fail(
          Problem.of(ProblemType.FORBIDDEN, "Only a platform admin may choose the tenant.")
              .exception());
    } else if (!principal.role().includes(operation.role())) {
      fail(
          Problem.of(ProblemType.FORBIDDEN, "This needs the role " + operation.role().word() + ".")
              .exception());
    } else if (principal.group().isPresent() && operation.scope() == Scope.NONE) {
      fail(
          Problem.of(
                  ProblemType.FORBIDDEN,
                  "The key is for the devices of the group '" + principal.group().get() + "'.")
              .exception());
    } else {
      read(values, body.get(), Optional.of(caller));
    }
  }

  private void read(RequestValues values, Future<Buffer> body, Optional<Caller> caller) {
    body.onSuccess(bytes -> dispatch(values, bytes.getBytes(), caller)).onFailure(this::fail);
  }

  private TraceSpan span() {
    if (!parts.tracing().isOn()) {
      return TraceSpan.NONE;
    }
    return parts
        .tracing()
        .start(TraceSpan.Kind.SERVER, operation.id(), traceOf(request))
        .with("http.request.method", request.method().name());
  }

  /// The trace that the request is a step of; one that it names twice is none.
  private static Optional<TraceContext> traceOf(HttpServerRequest request) {
    List<String> parents = request.headers().getAll(TraceContext.TRACEPARENT);
    return parents.size() == 1
        ? TraceContext.parse(
            parents.getFirst().strip(),
            String.join(",", request.headers().getAll(TraceContext.TRACESTATE)))
        : Optional.empty();
  }

  private Act act(@Nullable Principal principal) {
    String address = address();
    return new Act(
        InstantSource.system(),
        parts.settings().service(),
        principal == null
            ? new Act.Actor(NOBODYS_TENANT, "", "", address)
            : new Act.Actor(
                principal.tenantIn(request), principal.id(), principal.role().word(), address),
        operation.id(),
        path(),
        span.context());
  }

  private String address() {
    return parts.settings().proxies().clientOf(request);
  }

  private void dispatch(RequestValues values, byte[] body, Optional<Caller> caller) {
    Optional<String> tenant = caller.map(known -> known.principal().tenantIn(request));
    if (tenant.isPresent() && !parts.shares().take(tenant.get())) {
      fail(
          Problem.of(
                  ProblemType.TOO_MANY_REQUESTS,
                  "The tenant has as many requests under way here as it may.")
              .retryAfter(Duration.ofSeconds(1))
              .exception());
      return;
    }
    if (!parts.permits().tryAcquire()) {
      tenant.ifPresent(parts.shares()::give);
      fail(
          Problem.of(ProblemType.UNAVAILABLE, "Too many requests are under way here.")
              .retryAfter(Duration.ofSeconds(1))
              .exception());
      return;
    }
    ApiRequest apiRequest =
        new ApiRequest(
            request,
            context,
            values,
            body,
            bodyParts,
            caller,
            passedOn,
            parts.callers().site(request),
            act,
            span.context());
    Thread thread =
        Thread.ofVirtual()
            .name("api-" + operation.id())
            .unstarted(() -> run(apiRequest, values, tenant));
    limitTime(thread);
    bodyParts.ifPresent(streamed -> streamed.onTaken(() -> limitTime(thread)));
    thread.start();
  }

  /// Gives the operation its time, or, with a part of its body, the same once more.
  private void limitTime(Thread thread) {
    parts.vertx().cancelTimer(timer);
    timer = parts.vertx().setTimer(parts.settings().timeout().toMillis(), _ -> interrupt(thread));
  }

  private void interrupt(Thread thread) {
    timedOut.set(true);
    thread.interrupt();
  }

  private void run(ApiRequest apiRequest, RequestValues values, Optional<String> tenant) {
    Runnable answer;
    try {
      operation.check(values, apiRequest.bodyBytes());
      requireInGroup(apiRequest);
      ApiResponse response = operation.operation().handle(apiRequest);
      @Nullable Object document = response.body();
      Buffer body =
          document == null || document instanceof ApiStream
              ? Buffer.buffer()
              : Buffer.buffer(Json.write(document));
      answer = () -> finish(response, body);
    } catch (Throwable e) { // an Error too: nobody else would answer the request
      Throwable failure = timedOut.get() ? tooLong() : e;
      answer = () -> fail(failure);
    } finally {
      parts.vertx().cancelTimer(timer);
      // Before the answer: whoever has it shall find the place free.
      parts.permits().release();
      tenant.ifPresent(parts.shares()::give);
    }
    Runnable last = answer;
    context.runOnContext(_ -> last.run());
  }

  /// A key that is kept to a group sees no other devices: for it there are none.
  private void requireInGroup(ApiRequest apiRequest) {
    if (operation.scope() != Scope.DEVICE || apiRequest.group().isEmpty()) {
      return;
    }
    String device = apiRequest.path("id");
    if (!parts.groups().contains(apiRequest.tenant(), apiRequest.group().get(), device)) {
      throw Problem.of(ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device + "'.")
          .exception();
    }
  }

  private static Throwable tooLong() {
    return Problem.of(
            ProblemType.UNAVAILABLE,
            "The request took too long; whether it had an effect is not known.")
        .retryAfter(Duration.ofSeconds(1))
        .exception();
  }

  /// Answers, once the audit has what was done.
  private void finish(ApiResponse response, Buffer body) {
    if (!operation.mutating() || act.isRecorded()) {
      write(response, body);
      return;
    }
    safely(act.succeeded())
        .onSuccess(_ -> context.runOnContext(_ -> write(response, body)))
        .onFailure(cause -> context.runOnContext(_ -> answerUnrecorded(cause)));
  }

  private Future<Void> safely(AuditEntry entry) {
    return parts.audit().append(entry).timeout(AUDIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void answerUnrecorded(Throwable cause) {
    log.atWarn()
        .addKeyValue("operation", operation.id())
        .addKeyValue("traceId", span.context().map(TraceContext::traceId).orElse(""))
        .setCause(cause)
        .log("act not recorded");
    answer(
        Problem.of(
                ProblemType.UNAVAILABLE,
                "What became of the request could not be written into the audit; it may have had an"
                    + " effect.")
            .retryAfter(AUDIT_TIMEOUT)
            .exception());
  }

  private void write(ApiResponse answer, Buffer body) {
    bodyParts.ifPresent(BodyParts::discard);
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      stopStream(answer);
      stop(answer.status());
      return;
    }
    try {
      answer.headers().forEach(response::putHeader);
    } catch (IllegalArgumentException e) { // a header field that HTTP cannot carry
      stopStream(answer);
      response.headers().clear();
      fail(e);
      return;
    }
    stop(answer.status());
    response.setStatusCode(answer.status());
    if (answer.body() instanceof ApiStream stream) {
      Future<Void> sent = stream.send(context, response);
      sent.onFailure(e -> log.atDebug().setCause(e).log("answer cut off"));
      if (stream.live()) {
        StreamGuard.watch(parts.vertx(), context, response, stream, standing, sent);
      }
      return;
    }
    if (answer.body() != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    response.end(body).onFailure(e -> log.atDebug().setCause(e).log("answer not delivered"));
  }

  private static void stopStream(ApiResponse answer) {
    if (answer.body() instanceof ApiStream stream) {
      stream.stop().run();
    }
  }

  /// Answers with a problem. A refusal is in the audit before; a fault of ours decided nothing, and
  /// is not.
  private void fail(Throwable failure) {
    Problem problem = heeded(parts.problems().of(failure, path()));
    int status = problem.type().status();
    if (!operation.mutating() || status >= FAULTS) {
      answer(problem.exception());
    } else if (problem.type() == ProblemType.UNAUTHORIZED || !operation.secured()) {
      noteStranger(problem);
      answer(problem.exception());
    } else {
      safely(act.refused(problem.type().slug()))
          .onSuccess(_ -> context.runOnContext(_ -> answer(problem.exception())))
          .onFailure(cause -> context.runOnContext(_ -> answerUnrecorded(cause)));
    }
  }

  private Problem heeded(Problem problem) {
    return operation.guarded() ? parts.openCalls().failed(problem, address()).at(path()) : problem;
  }

  private String path() {
    return Objects.requireNonNullElse(request.path(), "/");
  }

  /// Answers somebody whose key is nobody's.
  private void turnAway(Problem problem) {
    if (operation.mutating()) {
      noteStranger(problem);
    }
    answer(problem.exception());
  }

  /// Nobody known was refused, or somebody at an operation that is open to everyone: that is
  /// written down when it can be, and not too often.
  private void noteStranger(Problem problem) {
    if (!parts.strangers().take(System.currentTimeMillis())) {
      parts.meters().counter("audit.refusals.dropped").increment();
      return;
    }
    safely(act.refused(problem.type().slug()))
        .onFailure(_ -> parts.meters().counter("audit.refusals.dropped").increment());
  }

  private void answer(Throwable failure) {
    bodyParts.ifPresent(BodyParts::discard);
    Problem problem =
        operation.page()
            ? parts.problems().answerPerson(request, failure)
            : parts.problems().answer(request, failure);
    stop(problem.type().status());
  }

  private void stop(int status) {
    span.with("http.response.status_code", status);
    (status < FAULTS ? span : span.failed("answered with a fault")).end();
    sample.stop(
        parts
            .meters()
            .timer(
                "http.requests", "operation", operation.id(), "status", Integer.toString(status)));
  }
}
