package dev.fairlead.runtime.http;

import static dev.fairlead.runtime.http.ApiFixture.slug;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiAuditTest {
  private static final String THING = "/api/v1/things";

  private final AtomicReference<Operation> deletion =
      new AtomicReference<>(request -> ApiResponse.noContent());
  private ApiFixture api;

  @BeforeEach
  void open() {
    api =
        new ApiFixture(
            ApiFixture.settings(), ApiFixture::echo, request -> deletion.get().handle(request));
  }

  @AfterEach
  void close() {
    api.close();
  }

  private HttpResponse<Buffer> delete(String key) {
    return api.anonymous(HttpMethod.DELETE, THING)
        .putHeader("Authorization", "Bearer " + key)
        .send()
        .await();
  }

  @Test
  void writesDownWhoDidWhatBeforeItAnswers() {
    // When
    HttpResponse<Buffer> response = delete("platform");

    // Then
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(api.audit)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.tenant()).isEqualTo("default");
              assertThat(entry.actor()).isEqualTo("key-2");
              assertThat(entry.role()).isEqualTo("platform");
              assertThat(entry.action()).isEqualTo("purgeThings");
              assertThat(entry.target()).isEqualTo(THING);
              assertThat(entry.address()).isEqualTo("127.0.0.1");
              assertThat(entry.outcome()).isEqualTo("succeeded");
              assertThat(entry.service()).isEqualTo("test");
            });
  }

  @Test
  void writesDownActOfPlatformAdminInTheTenantChosen() {
    // When
    api.anonymous(HttpMethod.DELETE, THING)
        .putHeader("Authorization", "Bearer platform")
        .putHeader(ApiRequest.TENANT_HEADER, "blue")
        .send()
        .await();

    // Then
    assertThat(api.audit).extracting(AuditEntry::tenant).containsExactly("blue");
  }

  @Test
  void leavesActToStoreThatTookItIntoItsTransaction() {
    // Given
    deletion.set(
        request -> {
          request.act().succeeded();
          return ApiResponse.noContent();
        });

    // When
    HttpResponse<Buffer> response = delete("platform");

    // Then
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(api.audit).isEmpty();
  }

  @Test
  void answersNoMutationWhoseEntryIsNotSafe() {
    // Given
    api.auditAway.set(true);

    // When
    HttpResponse<Buffer> response = delete("platform");

    // Then
    assertThat(slug(response)).isEqualTo("unavailable");
  }

  @Test
  void refusesAndWritesDownWhoseRoleIsTooLow() {
    // When
    HttpResponse<Buffer> response = delete("viewer");

    // Then
    assertThat(slug(response)).isEqualTo("forbidden");
    assertThat(api.audit)
        .extracting(AuditEntry::actor, AuditEntry::outcome)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("key-1", "forbidden"));
  }

  @Test
  void writesDownRefusalByTheOperation() {
    // Given
    deletion.set(
        request -> {
          throw new ProblemException(ProblemType.NOT_FOUND, "There is no such thing.");
        });

    // When
    HttpResponse<Buffer> response = delete("platform");

    // Then
    assertThat(slug(response)).isEqualTo("not-found");
    assertThat(api.audit).extracting(AuditEntry::outcome).containsExactly("not-found");
  }

  @Test
  void writesDownStrangersButNotThousandsOfThem() {
    // When
    for (int i = 0; i < 200; i++) {
      assertThat(slug(delete("wrong"))).isIn("unauthorized", "too-many-requests");
    }

    // Then
    assertThat(api.audit).isNotEmpty().extracting(AuditEntry::actor).containsOnly("");
    assertThat(api.audit.size() + api.meters.counter("audit.refusals.dropped").count())
        .isEqualTo(200.0);
    assertThat(api.meters.counter("audit.refusals.dropped").count()).isPositive();
  }

  @Test
  void writesDownOfAStrangerWhatWasAskedForButNotOfWhom() {
    // When
    api.anonymous(HttpMethod.DELETE, THING + "/of-another-tenant")
        .putHeader("Authorization", "Bearer wrong")
        .send()
        .await();
    api.anonymous(HttpMethod.DELETE, THING + "/of-another-tenant").send().await();

    // Then
    assertThat(api.audit)
        .hasSize(2)
        .allSatisfy(
            entry -> {
              assertThat(entry.tenant()).isEqualTo("default");
              assertThat(entry.action()).isEqualTo("deleteThing");
              assertThat(entry.target()).isEqualTo("deleteThing");
            });
  }

  @Test
  void leavesReadingAlone() {
    // When
    HttpResponse<Buffer> response = api.get(THING);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(api.audit).isEmpty();
  }

  private HttpResponse<Buffer> knock() {
    return api.anonymous(HttpMethod.POST, "/api/v1/open").send().await();
  }

  @Test
  void writesDownWhomAnOpenOperationFoundOut() {
    // Given
    deletion.set(
        request -> {
          request.act().by("blue", "credential-7", "credential");
          return ApiResponse.noContent();
        });

    // When
    knock();

    // Then
    assertThat(api.audit)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.tenant()).isEqualTo("blue");
              assertThat(entry.actor()).isEqualTo("credential-7");
              assertThat(entry.role()).isEqualTo("credential");
              assertThat(entry.address()).isEqualTo("127.0.0.1");
              assertThat(entry.action()).isEqualTo("knock");
            });
  }

  @Test
  void leavesOutWhatChangedNothing() {
    // Given
    deletion.set(
        request -> {
          request.act().changedNothing();
          return ApiResponse.noContent();
        });

    // When
    HttpResponse<Buffer> response = knock();

    // Then
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(api.audit).isEmpty();
  }

  @Test
  void letsNobodyFillTheAuditAtAnOpenOperation() {
    // Given
    deletion.set(
        request -> {
          throw new ProblemException(ProblemType.DEVICE_EXISTS, "It is there.");
        });

    // When
    for (int i = 0; i < 200; i++) {
      assertThat(slug(knock())).isEqualTo("device-exists");
    }

    // Then
    assertThat(api.audit.size() + api.meters.counter("audit.refusals.dropped").count())
        .isEqualTo(200.0);
    assertThat(api.meters.counter("audit.refusals.dropped").count()).isPositive();
  }
}
