package dev.fairlead.registry.person;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// The table of people, as those see it who manage them. Sessions of a person end in the same
/// transaction that changes the role or removes the person.
public final class PgPeople {

  /// What the id of each person begins with, so that it is never taken for that of a key.
  public static final String ID_PREFIX = "person-";

  /// How many people a tenant may have.
  private static final PgRoom ROOM = new PgRoom("person", 10_000, "people");

  private static final String UNIQUE_VIOLATION = "23505";
  private static final String PROVIDER = "provider";

  private final Pool pool;

  /// @param pool of the registry's database
  public PgPeople(Pool pool) {
    this.pool = pool;
  }

  /// An id for somebody new.
  public static String newId() {
    return ID_PREFIX + UUID.randomUUID();
  }

  /// A person whose role has changed, as the target of an entry of the audit.
  ///
  /// @param before the role in lower case; empty for somebody who had none
  /// @param after the role in lower case; empty for somebody who has none any more
  public static String change(String id, String before, String after) {
    return PersonRoutes.PATH + id + "?before=" + before + "&after=" + after;
  }

  /// Lets somebody in.
  ///
  /// @param by the id of the one who does
  /// @param act for the audit
  /// @return fails with the problems `person-exists`, `quota-exceeded` and `tenant-not-found`
  Future<PersonDocument> invite(
      TenantId tenant, NewPerson person, String by, Instant now, Act act) {
    Future<PersonDocument> made =
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(nothing -> insert(transaction, tenant, person, by, now))
                        .compose(
                            document ->
                                PgAudit.append(transaction, act, PersonRoutes.PATH + document.id())
                                    .map(document)))
            .map(Objects::requireNonNull)
            .recover(PgPeople::known);
    return PgTenants.required(tenant, made);
  }

  private static Future<PersonDocument> insert(
      SqlConnection transaction, TenantId tenant, NewPerson person, String by, Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into person
              (id, tenant, issuer, subject, email, name, role, source, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, 'invited', $8, $9)
            returning id, issuer, subject, email, name, role, source, created_at, created_by,
              last_sign_in_at
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    newId(),
                    tenant.value(),
                    person.issuer().orElse(null),
                    person.subject().orElse(null),
                    person.email().orElse(null),
                    person.name(),
                    person.role().name(),
                    PgColumns.parameter(now),
                    by)))
        .map(rows -> document(rows.iterator().next()));
  }

  private static Future<PersonDocument> known(Throwable cause) {
    return cause instanceof PgException refused && UNIQUE_VIOLATION.equals(refused.getSqlState())
        ? failed(ProblemType.PERSON_EXISTS, "The tenant knows this person already.")
        : Future.failedFuture(cause);
  }

  /// People of a tenant in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<PersonDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            """
            select id, issuer, subject, email, name, role, source, created_at, created_by,
              last_sign_in_at
            from person
            where tenant = $1 and id > $2
            order by id
            limit $3
            """)
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<PersonDocument> people = new ArrayList<>(rows.size());
              rows.forEach(row -> people.add(document(row)));
              return people;
            });
  }

  /// A person.
  ///
  /// @return empty where the tenant has none of this id
  public Future<Optional<PersonDocument>> find(TenantId tenant, String id) {
    return pool.preparedQuery(
            """
            select id, issuer, subject, email, name, role, source, created_at, created_by,
              last_sign_in_at
            from person
            where tenant = $1 and id = $2
            """)
        .execute(Tuple.of(tenant.value(), id))
        .map(rows -> first(rows).map(PgPeople::document));
  }

  /// Changes the role of a person, which ends all sessions the person has.
  ///
  /// @param mine the role of the one who asks, who cannot change somebody with a higher one
  /// @param act for the audit
  /// @return fails with the problems `person-not-found`, `person-from-provider` and `forbidden`
  Future<PersonDocument> changeRole(TenantId tenant, String id, Role role, Role mine, Act act) {
    return pool.withTransaction(
            transaction ->
                locked(transaction, tenant, id, mine)
                    .compose(
                        row ->
                            row.getString("source").equals(PROVIDER)
                                ? failed(
                                    ProblemType.PERSON_FROM_PROVIDER,
                                    "The role of this person comes from the identity provider.")
                                : Future.succeededFuture(row))
                    .compose(
                        row ->
                            row.getString("role").equals(role.name())
                                ? Future.succeededFuture(document(row))
                                : update(transaction, id, role))
                    .compose(document -> PgAudit.append(transaction, act).map(document)))
        .map(Objects::requireNonNull);
  }

  private static Future<PersonDocument> update(SqlConnection transaction, String id, Role role) {
    return transaction
        .preparedQuery("delete from browser_session where person_id = $1")
        .execute(Tuple.of(id))
        .compose(
            rows ->
                transaction
                    .preparedQuery(
                        """
                        update person set role = $2 where id = $1
                        returning id, issuer, subject, email, name, role, source, created_at,
                          created_by, last_sign_in_at
                        """)
                    .execute(Tuple.of(id, role.name())))
        .map(rows -> document(rows.iterator().next()));
  }

  /// Removes a person, and with it all sessions the person has.
  ///
  /// @param mine the role of the one who asks, who cannot remove somebody with a higher one
  /// @param act for the audit
  /// @return fails with the problems `person-not-found` and `forbidden`
  Future<Void> remove(TenantId tenant, String id, Role mine, Act act) {
    return pool.withTransaction(
            transaction ->
                locked(transaction, tenant, id, mine)
                    .compose(
                        row ->
                            transaction
                                .preparedQuery("delete from person where id = $1")
                                .execute(Tuple.of(id)))
                    .compose(rows -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  private static Future<Row> locked(
      SqlConnection transaction, TenantId tenant, String id, Role mine) {
    return transaction
        .preparedQuery(
            """
            select id, issuer, subject, email, name, role, source, created_at, created_by,
              last_sign_in_at
            from person
            where tenant = $1 and id = $2
            for update
            """)
        .execute(Tuple.of(tenant.value(), id))
        .compose(
            rows ->
                first(rows)
                    .map(Future::succeededFuture)
                    .orElseGet(
                        () ->
                            failed(
                                ProblemType.PERSON_NOT_FOUND, "There is no person '" + id + "'.")))
        .compose(
            row ->
                mine.includes(Role.valueOf(row.getString("role")))
                    ? Future.succeededFuture(row)
                    : failed(ProblemType.FORBIDDEN, "The person may do more than you may."));
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }

  private static PersonDocument document(Row row) {
    return new PersonDocument(
        row.getString("id"),
        PgColumns.text(row, "issuer"),
        PgColumns.text(row, "subject"),
        PgColumns.text(row, "email"),
        row.getString("name"),
        Role.valueOf(row.getString("role")).word(),
        row.getString("source"),
        PgColumns.time(row, "created_at").orElseThrow(),
        row.getString("created_by"),
        PgColumns.time(row, "last_sign_in_at"));
  }
}
