package dev.fairlead.registry.signin;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.person.PgPeople;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Role;
import io.vertx.core.Future;
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

/// Finds the person in the tables for whom a provider vouches.
final class PgSignIns {

  private final Pool pool;

  PgSignIns(Pool pool) {
    this.pool = pool;
  }

  /// Lets somebody in.
  ///
  /// What claims give is written down first, and what they no longer give is taken back, whether or
  /// not the person comes in by another way. Then invitations to the e-mail address become the
  /// person's. Of several tenants it is the one that was asked for, else the first that knew the
  /// person.
  ///
  /// Whatever changes about who may do what stands in the audit of its tenant, by the same
  /// transaction: as done by the person, in the course of the act.
  ///
  /// @param grant what the claims give
  /// @param tenant that was asked for
  /// @param act the sign-in, which is written down by whoever opens the session
  /// @return the person's id; empty for somebody whom no tenant knows, or only suspended ones
  Future<Optional<String>> signIn(
      Identity identity,
      Optional<ClaimRules.Grant> grant,
      Optional<TenantId> tenant,
      Instant now,
      Act act) {
    return pool.withTransaction(
            transaction ->
                takeBack(transaction, identity, grant, act)
                    .compose(nothing -> give(transaction, identity, grant, now, act))
                    .compose(nothing -> acceptInvitations(transaction, identity, act))
                    .compose(nothing -> find(transaction, identity, tenant, now)))
        .map(Objects::requireNonNull);
  }

  private static Future<Void> takeBack(
      SqlConnection transaction, Identity identity, Optional<ClaimRules.Grant> grant, Act act) {
    return transaction
        .preparedQuery(
            """
            delete from person
            where issuer = $1 and subject = $2 and source = 'provider'
              and tenant is distinct from $3
            returning id, tenant, role as before, null::text as after
            """)
        .execute(
            Tuple.of(
                identity.issuer(),
                identity.subject(),
                grant.map(given -> given.tenant().value()).orElse(null)))
        .compose(rows -> note(transaction, rows, act));
  }

  /// Whoever was invited keeps the role of the invitation. Another role than before ends the
  /// sessions that were opened with it. A claim that names no tenant of ours gives nothing.
  private static Future<Void> give(
      SqlConnection transaction,
      Identity identity,
      Optional<ClaimRules.Grant> grant,
      Instant now,
      Act act) {
    if (grant.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            delete from browser_session using person
            where person_id = person.id and issuer = $1 and subject = $2 and tenant = $3
              and source = 'provider' and role <> $4
            """)
        .execute(
            Tuple.of(
                identity.issuer(),
                identity.subject(),
                grant.get().tenant().value(),
                grant.get().role().name()))
        .compose(
            rows ->
                transaction
                    .preparedQuery(
                        """
                        with known as (
                          select role from person
                          where issuer = $2 and subject = $3 and tenant = $4
                        )
                        insert into person
                          (id, issuer, subject, tenant, role, source, created_at, created_by)
                        select $1, $2, $3, tenant.id, $5, 'provider', $6::timestamptz, ''
                        from tenant where tenant.id = $4
                        on conflict (issuer, subject, tenant) where subject is not null do update
                        set role = excluded.role
                        where person.source = 'provider' and person.role <> excluded.role
                        returning id, tenant, (select role from known) as before, role as after
                        """)
                    .execute(
                        Tuple.of(
                            PgPeople.newId(),
                            identity.issuer(),
                            identity.subject(),
                            grant.get().tenant().value(),
                            grant.get().role().name(),
                            PgColumns.parameter(now))))
        .compose(rows -> note(transaction, rows, act));
  }

  /// From now on it is the identity that may what was promised to the address.
  private static Future<Void> acceptInvitations(
      SqlConnection transaction, Identity identity, Act act) {
    return identity
        .email()
        .map(
            email ->
                transaction
                    .preparedQuery(
                        """
                        update person set issuer = $1, subject = $2
                        where subject is null and lower(email) = lower($3)
                          and not exists (
                            select from person as known
                            where known.issuer = $1 and known.subject = $2
                              and known.tenant = person.tenant)
                        returning id, tenant, null::text as before, role as after
                        """)
                    .execute(Tuple.of(identity.issuer(), identity.subject(), email))
                    .compose(rows -> note(transaction, rows, act)))
        .orElse(Future.succeededFuture());
  }

  /// Writes down what has changed, one entry a person.
  ///
  /// @param changed rows of `id`, `tenant` and the roles `before` and `after`, null for none
  private static Future<Void> note(SqlConnection transaction, RowSet<Row> changed, Act act) {
    List<Future<?>> noted = new ArrayList<>(changed.size());
    for (Row row : changed) {
      String before = role(row, "before");
      String after = role(row, "after");
      String id = row.getString("id");
      noted.add(
          PgAudit.append(
              transaction,
              act.consequence(
                  row.getString("tenant"), id, after, PgPeople.change(id, before, after))));
    }
    return Future.all(noted).mapEmpty();
  }

  private static String role(Row row, String column) {
    return PgColumns.text(row, column).map(name -> Role.valueOf(name).word()).orElse("");
  }

  private static Future<Optional<String>> find(
      SqlConnection transaction, Identity identity, Optional<TenantId> tenant, Instant now) {
    return transaction
        .preparedQuery(
            """
            update person
            set last_sign_in_at = $4, email = coalesce($5, email),
              name = case when $6 = '' then name else $6 end
            where id = (
              select person.id from person join tenant on tenant.id = person.tenant
              where issuer = $1 and subject = $2 and not suspended
                and ($3::text is null or tenant.id = $3)
              order by person.created_at, person.id
              limit 1)
            returning id
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    identity.issuer(),
                    identity.subject(),
                    tenant.map(TenantId::value).orElse(null),
                    PgColumns.parameter(now),
                    identity.email().orElse(null),
                    identity.name())))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(rows.iterator().next().getString("id")));
  }
}
