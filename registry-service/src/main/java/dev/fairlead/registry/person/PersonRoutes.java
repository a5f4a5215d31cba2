package dev.fairlead.registry.person;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operations on people, for the admins of their tenant. Nobody gives, changes or takes a role
/// above the own one.
public final class PersonRoutes {

  static final String PATH = "/api/v1/people/";

  private final PgPeople people;
  private final InstantSource clock;

  /// @param clock for the times of people
  public PersonRoutes(PgPeople people, InstantSource clock) {
    this.people = people;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("invitePerson", this::invite)
        .operation("listPeople", this::list)
        .operation("getPerson", this::get)
        .operation("patchPerson", this::patch)
        .operation("deletePerson", this::remove);
  }

  /// The body of `invitePerson`.
  record Invitation(
      @Nullable String email,
      @Nullable String issuer,
      @Nullable String subject,
      @Nullable String name,
      String role) {

    NewPerson person() {
      try {
        return new NewPerson(
            Optional.ofNullable(email),
            Optional.ofNullable(issuer),
            Optional.ofNullable(subject),
            name == null ? "" : name,
            PersonDocument.role(role));
      } catch (IllegalArgumentException e) {
        throw new ProblemException(
            ProblemType.VALIDATION_FAILED, "An invitation " + e.getMessage() + ".");
      }
    }
  }

  /// The body of `patchPerson`.
  record PersonPatch(String role) {}

  private ApiResponse invite(ApiRequest request) {
    Principal by = request.principal();
    NewPerson person = request.body(Invitation.class).person();
    request.require(person.role());
    PersonDocument made =
        people
            .invite(
                tenant(request),
                person,
                by.id(),
                // As exact as the database keeps times.
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                request.act())
            .await();
    return ApiResponse.created(PATH + made.id(), made);
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<PersonDocument> page = people.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, person -> List.of(person.id())));
  }

  private ApiResponse get(ApiRequest request) {
    String id = request.path("id");
    return ApiResponse.ok(
        people
            .find(tenant(request), id)
            .await()
            .orElseThrow(
                () ->
                    new ProblemException(
                        ProblemType.PERSON_NOT_FOUND, "There is no person '" + id + "'.")));
  }

  private ApiResponse patch(ApiRequest request) {
    Principal by = request.principal();
    Role role = PersonDocument.role(request.body(PersonPatch.class).role());
    request.require(role);
    return ApiResponse.ok(
        people
            .changeRole(tenant(request), request.path("id"), role, by.role(), request.act())
            .await());
  }

  private ApiResponse remove(ApiRequest request) {
    Principal by = request.principal();
    people.remove(tenant(request), request.path("id"), by.role(), request.act()).await();
    return ApiResponse.noContent();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
