package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.RawHttp;
import dev.fairlead.endtoend.harness.SignedIn;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Secrets of people and of devices that are none yet: each is made, used as it is meant to be, and
/// used wrongly.
final class UsedSecrets {

  private static final String ENROLMENTS = "/api/v1/enrolments";

  private final Api api;
  private final int registry;
  private final int command;
  private final List<String> all = new ArrayList<>();
  private final Map<String, String> refusals = new LinkedHashMap<>();

  private UsedSecrets(Api api, int registry, int command) {
    this.api = api;
    this.registry = registry;
    this.command = command;
  }

  /// Makes and uses them.
  ///
  /// @param registry port of the registry
  /// @param command port of the command service
  static UsedSecrets of(Api api, int registry, int command) {
    UsedSecrets used = new UsedSecrets(api, registry, command);
    used.key();
    used.enrolment();
    return used;
  }

  /// API key, session, CSRF token, person's token, provisioning key, claim secret and the token
  /// that was claimed with it.
  List<String> all() {
    return List.copyOf(all);
  }

  /// What was answered to those that were not quite right, by what they were.
  Map<String, String> refusals() {
    return Map.copyOf(refusals);
  }

  private String made(String path, JsonObject body, String secret) {
    Api.Answer made = api.post(registry, path, body.encode());
    assertThat(made.status()).as(path).isIn(201, 202);
    return made.body().path(secret).asText();
  }

  private void key() {
    String key =
        made("/api/v1/api-keys", new JsonObject().put("name", "a").put("role", "admin"), "key");
    all.add(key);
    try (Api withKey = new Api(key)) {
      await().until(() -> withKey.get(registry, "/api/v1/devices").status() == 200);
      await().until(() -> withKey.get(command, "/api/v1/commands/none").status() == 404);
    }
    try (SignedIn browser = new SignedIn(registry, key)) {
      String cookie = browser.cookie().getValue();
      all.add(cookie);
      all.add(browser.csrfToken());
      String token = browser.token();
      all.add(token);
      try (Api withToken = new Api(token)) {
        assertThat(withToken.get(registry, "/api/v1/devices").status()).isEqualTo(200);
        assertThat(withToken.get(command, "/api/v1/commands/none").status()).isEqualTo(404);
      }
      refused(
          "session",
          "GET /api/v1/me",
          "Cookie: " + browser.cookie().getName() + "=" + cookie + "x");
      refused("token", "GET /api/v1/me", "Authorization: Bearer " + token + "x");
    }
    refused("key", "POST /api/v1/sign-in/key", new JsonObject().put("key", key + "x"));
  }

  private void enrolment() {
    String key =
        made(
            "/api/v1/provisioning-keys",
            new JsonObject().put("name", "fleet").put("accept", "by-hand"),
            "key");
    all.add(key);
    Api.Answer pending =
        api.post(
            registry, ENROLMENTS, new JsonObject().put("key", key).put("id", "newcomer").encode());
    assertThat(pending.status()).isEqualTo(202);
    String claim = pending.body().path("secret").asText();
    all.add(claim);
    String path = ENROLMENTS + "/" + pending.body().path("enrolmentId").asText();
    refused("claim secret", "POST " + path + "/claim", new JsonObject().put("secret", claim + "x"));
    refused(
        "provisioning key",
        "POST " + ENROLMENTS,
        new JsonObject().put("key", key + "x").put("id", "stranger"));
    assertThat(api.post(registry, path + "/accept", "").status()).isEqualTo(200);
    all.add(made(path + "/claim", new JsonObject().put("secret", claim), "token"));
  }

  private void refused(String what, String request, String header) {
    said(what, RawHttp.exchange(registry, request + " HTTP/1.1", header));
  }

  private void refused(String what, String request, JsonObject body) {
    said(what, RawHttp.send(registry, request + " HTTP/1.1", body.encode()));
  }

  private void said(String what, String answer) {
    assertThat(answer).as(what).containsPattern("^HTTP/1.1 4\\d\\d ");
    refusals.put("answer to a wrong " + what, answer);
  }
}
