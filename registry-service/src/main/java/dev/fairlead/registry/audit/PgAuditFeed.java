package dev.fairlead.registry.audit;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.message.ApiKeyUse;
import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.bus.message.AuditRecord;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.registry.apikey.PgApiKeys;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.runtime.audit.AuditEntry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// Writes entries from the bus down, each once, and chains them; and when API keys were used last.
final class PgAuditFeed implements PgConsumer.Use<AuditRecord> {

  private static final String CONSUMER = "registry-audit";

  private final AuditKey key;

  private PgAuditFeed(AuditKey key) {
    this.key = key;
  }

  static Feed feed(Pool pool, AuditKey key, DeadLetters deadLetters) {
    PgOffsets offsets = new PgOffsets(pool, CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new Feed(
        CONSUMER,
        Topic.AUDIT,
        offsets,
        new PgConsumer<>(
            pool, offsets, CONSUMER, AuditRecord::decode, new PgAuditFeed(key), deadLetters));
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<AuditRecord>> messages) {
    // In the order of tenants, so that no two writers wait for each other crosswise.
    Map<String, Map<UUID, AuditEntry>> byTenant = new TreeMap<>();
    List<ApiKeyUse> uses = new ArrayList<>();
    for (Received<AuditRecord> received : messages) {
      switch (received.message()) {
        case AuditMessage(_, AuditEntry entry) ->
            byTenant
                .computeIfAbsent(entry.tenant(), tenant -> new LinkedHashMap<>())
                .putIfAbsent(entry.id(), entry);
        case ApiKeyUse use -> uses.add(use);
      }
    }
    Future<Void> written =
        PgApiKeys.used(transaction, uses)
            .compose(nothing -> PgAuditChains.begin(transaction, key, byTenant.keySet()));
    for (Map.Entry<String, Map<UUID, AuditEntry>> each : byTenant.entrySet()) {
      written = written.compose(nothing -> append(transaction, each.getKey(), each.getValue()));
    }
    return written;
  }

  private Future<Void> append(
      SqlConnection transaction, String tenant, Map<UUID, AuditEntry> entries) {
    return PgAuditChains.lock(transaction, key, tenant)
        .compose(
            chain ->
                known(transaction, tenant, entries.keySet())
                    .compose(known -> append(transaction, chain, entries, known)));
  }

  private static Future<Set<UUID>> known(SqlConnection transaction, String tenant, Set<UUID> ids) {
    return transaction
        .preparedQuery("select id from audit where tenant = $1 and id = any($2)")
        .execute(Tuple.tuple().addString(tenant).addArrayOfUUID(ids.toArray(UUID[]::new)))
        .map(
            rows -> {
              Set<UUID> known = new HashSet<>();
              rows.forEach(row -> known.add(row.getUUID("id")));
              return known;
            });
  }

  private Future<Void> append(
      SqlConnection transaction,
      AuditChain before,
      Map<UUID, AuditEntry> entries,
      Set<UUID> known) {
    AuditChain chain = before;
    List<Tuple> rows = new ArrayList<>(entries.size());
    for (AuditEntry entry : entries.values()) {
      if (!known.contains(entry.id())) {
        byte[] hash = key.hash(chain.lastHash(), chain.nextSequence(), entry);
        rows.add(PgAuditRows.parameters(chain.nextSequence(), entry, hash));
        chain = chain.longer(hash);
      }
    }
    if (rows.isEmpty()) {
      return Future.succeededFuture();
    }
    AuditChain after = chain;
    return transaction
        .preparedQuery(
            "insert into audit ("
                + PgAuditRows.COLUMNS
                + ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .executeBatch(rows)
        .compose(written -> PgAuditChains.write(transaction, key, after));
  }
}
