package dev.fairlead.command;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.message.DevicesMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.postgres.PgApiKeyUses;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.schema.SchemaCache;
import dev.fairlead.command.batch.PgBatchStarts;
import dev.fairlead.command.cancellation.PgCancellations;
import dev.fairlead.command.device.PgDevices;
import dev.fairlead.command.device.PgTypes;
import dev.fairlead.command.dispatch.PgDispatch;
import dev.fairlead.command.dispatch.PgExpiry;
import dev.fairlead.command.dispatch.PgReplyConsumer;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.command.lifecycle.PgBatches;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.PgSessions;
import dev.fairlead.command.session.ReturnPace;
import dev.fairlead.command.stream.PgCommandFeeds;
import dev.fairlead.command.submission.PgSubmissions;
import dev.fairlead.command.waiting.PgNotices;
import dev.fairlead.command.waiting.Waiters;
import dev.fairlead.runtime.audit.AuditLog;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.Collection;
import java.util.function.Consumer;

/// Everything of the service that speaks SQL, over one pool.
final class PgBackend {

  static final String SESSIONS = "command.sessions";

  private final Pool pool;
  private final ReturnPace pace;
  final PgCommandStore commands;
  final PgDevices devices;
  final PgDispatch dispatch;
  final PgExpiry expiry;
  final PgSubmissions submissions;
  final PgBatchStarts batchStarts;
  final PgBatches batches;
  final PgCancellations cancellations;
  final PgNotices notices;

  /// A consumer's offsets and what it does with batches.
  record Consumption(PgOffsets offsets, BatchHandler handler) {}

  PgBackend(
      Vertx vertx,
      DatabaseSettings database,
      CommandSettings settings,
      Waiters waiters,
      MeterRegistry meters) {
    pool =
        PgPools.create(
            vertx,
            database,
            CommandService.SCHEMA,
            CommandService.SCHEMA,
            PgPools.Planning.BY_INDEX);
    pace = new ReturnPace(settings.returnRate(), System::nanoTime);
    commands = new PgCommandStore(pool, pace);
    PgTypes types = new PgTypes(new SchemaCache(meters.counter("command.schema.broken")));
    devices = new PgDevices(pool, commands, types);
    dispatch = new PgDispatch(pool, commands, settings);
    expiry = new PgExpiry(pool, commands, settings);
    submissions = new PgSubmissions(pool, commands, types, settings);
    batchStarts = new PgBatchStarts(pool);
    batches = new PgBatches(pool);
    cancellations = new PgCancellations(pool, commands);
    notices = new PgNotices(vertx, pool, waiters);
  }

  Consumption followSessions(DeadLetters deadLetters, Runnable arrived) {
    PgSessions sessions = new PgSessions(pace, arrived);
    PgOffsets offsets = new PgOffsets(pool, SESSIONS, sessions);
    return new Consumption(
        offsets,
        new PgConsumer<>(pool, offsets, SESSIONS, SessionMessage::decode, sessions, deadLetters));
  }

  Consumption followDevices(DeadLetters deadLetters) {
    PgOffsets offsets =
        new PgOffsets(pool, PgDevices.CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new Consumption(
        offsets,
        new PgConsumer<>(
            pool, offsets, PgDevices.CONSUMER, DevicesMessage::decode, devices, deadLetters));
  }

  Consumption followReplies(
      DeadLetters deadLetters,
      Tracing tracing,
      MeterRegistry meters,
      Consumer<Collection<CommandId>> ended) {
    PgReplyConsumer replies =
        PgReplyConsumer.create(pool, commands, deadLetters, tracing, meters, ended);
    return new Consumption(replies.offsets(), replies.handler());
  }

  /// What this service says on the bus about its rows.
  PgOutbox outbox(Vertx vertx, BusProducer producer, MeterRegistry meters) {
    PgOutbox outbox = new PgOutbox(vertx, pool, producer, CommandService.SCHEMA, meters);
    commands.onTold(outbox::poke);
    return outbox;
  }

  /// The steps of commands for those who follow them.
  PgCommandFeeds feeds(Vertx vertx, FeedSettings settings, MeterRegistry meters) {
    return new PgCommandFeeds(vertx, pool, settings, meters);
  }

  AuditLog audit(PgOutbox outbox) {
    return new PgAudit(pool, outbox);
  }

  /// Tells which API keys are used here.
  PgApiKeyUses keyUses(Vertx vertx, PgOutbox outbox, AccessView access) {
    return new PgApiKeyUses(vertx, pool, outbox, access.apiKeyUses());
  }

  Future<Void> close() {
    return notices.close().otherwiseEmpty().compose(_ -> pool.close());
  }
}
