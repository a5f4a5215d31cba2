package dev.fairlead.runtime.http;

import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Context;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One request to an operation, already checked against the contract. Belongs to the thread of the
/// operation.
public final class ApiRequest {
  /// With this header a platform admin chooses the tenant.
  public static final String TENANT_HEADER = "Fairlead-Tenant";

  private static final Pattern TENANT = Pattern.compile("[a-z0-9-]{1,64}");

  private final HttpServerRequest http;
  private final Context context;
  private final Map<String, String> path;
  private final Map<String, List<String>> query;
  private final Map<String, String> headers;
  private final byte[] body;
  private final Optional<BodyParts> parts;
  private final Optional<Caller> caller;
  private final Optional<Secret> passedOn;
  private final PublicSite.Met site;
  private final Map<String, String> cookies;
  private final Act act;
  private final Optional<TraceContext> trace;

  ApiRequest(
      HttpServerRequest http,
      Context context,
      RequestValues values,
      byte[] body,
      Optional<BodyParts> parts,
      Optional<Caller> caller,
      Optional<Secret> passedOn,
      PublicSite.Met site,
      Act act,
      Optional<TraceContext> trace) {
    this.http = http;
    this.context = context;
    this.path = values.path();
    this.query = values.query();
    this.headers = values.headers();
    this.body = body;
    this.parts = parts;
    this.caller = caller;
    this.passedOn = passedOn;
    this.site = site;
    this.cookies =
        http.cookies().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Cookie::getName, Cookie::getValue, (first, later) -> first));
    this.act = act;
    this.trace = trace;
  }

  /// What this request is about to do. A store that appends its entry to the audit in its own
  /// transaction takes it from here; where none does, it is written down after the operation.
  public Act act() {
    return act;
  }

  /// The trace that this request is a step of; empty where there is none.
  public Optional<TraceContext> trace() {
    return trace;
  }

  /// A parameter of the path, decoded.
  public String path(String name) {
    @Nullable String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the contract has no path parameter " + name);
    }
    return value;
  }

  /// The first value of a query parameter, decoded.
  public Optional<String> query(String name) {
    return queryAll(name).stream().findFirst();
  }

  /// Every value of a query parameter, in the order of the request.
  public List<String> queryAll(String name) {
    return query.getOrDefault(name, List.of());
  }

  /// A header field; the name in any case.
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /// The body as it came; empty when there is none. The caller must not change it.
  public byte[] bodyBytes() {
    return body;
  }

  /// The body of an operation that the contract marks with `x-streamed`.
  ///
  /// @throws IllegalStateException in any other
  public BodyParts bodyParts() {
    return parts.orElseThrow(() -> new IllegalStateException("the body has been read already"));
  }

  /// The body as an object.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `malformed-json` or `validation-failed`
  public <T> T body(Class<T> type) {
    return Json.read(body, type);
  }

  /// Who sends the request.
  ///
  /// @throws IllegalStateException in an operation that the contract leaves open to everyone
  public Principal principal() {
    return caller
        .map(Caller::principal)
        .orElseThrow(() -> new IllegalStateException("an open operation has no principal"));
  }

  /// The group that the caller is kept to; empty for whoever is not.
  public Optional<String> group() {
    return caller.flatMap(who -> who.principal().group());
  }

  /// The key or token of the caller, in an operation that the contract marks with
  /// `x-passes-key-on`: to ask another service in the caller's name. Empty for a browser's session.
  public Optional<Secret> passedOn() {
    return passedOn;
  }

  /// The session of the browser that sends the request; empty when a key or a token did, and in an
  /// operation that the contract leaves open.
  public Optional<BrowserSession> session() {
    return caller.flatMap(Caller::session);
  }

  /// The site that the request was sent to, as it names it.
  public PublicSite.Met site() {
    return site;
  }

  /// The value of a cookie of ours.
  ///
  /// @param name without its prefix
  public Optional<String> cookie(String name) {
    return Optional.ofNullable(cookies.get(site.cookieName(name)));
  }

  /// The principal, who must have at least this role: for what depends on more than the operation,
  /// whose own role was checked before.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `forbidden`
  public Principal require(Role role) {
    Principal who = principal();
    if (!who.role().includes(role)) {
      throw Problem.of(ProblemType.FORBIDDEN, "This needs the role " + role.word() + ".")
          .exception();
    }
    return who;
  }

  /// The tenant that the request is about: that of the principal, or the one that a platform admin
  /// chose.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `forbidden` when anybody else chooses
  ///     another tenant, `bad-request` for what cannot be a tenant
  public String tenant() {
    Principal who = principal();
    String chosen = header(TENANT_HEADER).orElse(who.tenant());
    if (chosen.equals(who.tenant())) {
      return chosen;
    }
    if (who.role() != Role.PLATFORM) {
      throw Problem.of(ProblemType.FORBIDDEN, "Only a platform admin may choose the tenant.")
          .exception();
    }
    if (!isTenant(chosen)) {
      throw Problem.of(
              ProblemType.BAD_REQUEST, TENANT_HEADER + " must be 1 to 64 of a-z, 0-9 and '-'.")
          .exception();
    }
    return chosen;
  }

  /// Whether a text can be a tenant's id.
  static boolean isTenant(String text) {
    return TENANT.matcher(text).matches();
  }

  /// The HTTP request behind this one, for answers that are streamed; to be touched on [#context]
  /// only.
  public HttpServerRequest http() {
    return http;
  }

  /// The Vert.x context of the connection.
  public Context context() {
    return context;
  }
}
