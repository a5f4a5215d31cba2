package dev.fairlead.agent.outbox;

import dev.fairlead.agent.connection.Transmitter;
import dev.fairlead.agent.connection.Transmitter.Transmission;
import dev.fairlead.agent.json.Json;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.Value;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Keeps events until the bus has them, and sends them again, in order and under their ids, in
/// every new session. What is full gives way: the oldest telemetry is dropped and counted; a
/// status that was never sent is merged with the next, an alert that was never sent is replaced
/// by the next of its code. So statuses and alerts stay few without one being lost: those sent
/// are at most [#WINDOW], those not are one, and one to a code.
///
/// Safe for use by many threads; a call may block while the socket takes what is due.
public final class Outbox {

  /// Most events kept.
  static final int ENTRIES_MAX = 512;

  /// Most bytes kept.
  static final int BYTES_MAX = 1 << 20;

  /// Most events sent and not acknowledged.
  static final int WINDOW = 64;

  private static final Logger LOG = System.getLogger(Outbox.class.getName());

  private final Transmitter transmitter;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private int bytes;
  private int inFlight;
  private boolean connected;
  private long dropped;

  /// An empty outbox.
  public Outbox(Transmitter transmitter, InstantSource clock) {
    this.transmitter = transmitter;
    this.clock = clock;
  }

  /// Measurements of now.
  public void telemetry(Map<String, Value> readings) {
    put(
        Optional.empty(),
        new Entry.Content.Telemetry(),
        Messages.telemetry(Json.write(readings)).withTime(clock.instant()));
  }

  /// What changed of the reported state.
  public void status(Map<String, Value> patch) {
    lock.lock();
    try {
      Optional<Entry> earlier = unsent(entry -> entry.content() instanceof Entry.Content.Status);
      Map<String, Value> merged =
          earlier
              .map(Entry::content)
              .map(
                  content -> content instanceof Entry.Content.Status status ? status.patch() : null)
              .map(before -> MergePatch.compose(before, patch))
              .orElse(patch);
      put(
          earlier,
          new Entry.Content.Status(merged),
          Messages.status(Json.write(merged)).withTime(clock.instant()));
    } finally {
      lock.unlock();
    }
  }

  /// A problem raised or cleared.
  public void alert(Alert alert) {
    lock.lock();
    try {
      Entry.Content content = new Entry.Content.OfAlert(alert.code());
      put(
          unsent(entry -> entry.content().equals(content)),
          content,
          Messages.alert(Json.write(alert.fields())).withTime(clock.instant()));
    } finally {
      lock.unlock();
    }
  }

  private Optional<Entry> unsent(Predicate<Entry> which) {
    return entries.values().stream().filter(Entry::neverSent).filter(which).findFirst();
  }

  private void put(Optional<Entry> inPlaceOf, Entry.Content content, Message message) {
    lock.lock();
    try {
      inPlaceOf.ifPresent(entry -> remove(entry.id()));
      Entry entry = new Entry(UUID.randomUUID().toString(), content, message);
      entries.put(entry.id(), entry);
      bytes += entry.bytes();
      makeRoom();
      pump();
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom() {
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while ((entries.size() > ENTRIES_MAX || bytes > BYTES_MAX) && oldestFirst.hasNext()) {
      Entry entry = oldestFirst.next();
      if (entry.content() instanceof Entry.Content.Telemetry) {
        oldestFirst.remove();
        forget(entry);
        dropped++;
      }
    }
  }

  private void remove(String id) {
    @Nullable Entry entry = entries.remove(id);
    if (entry != null) {
      forget(entry);
    }
  }

  private void forget(Entry entry) {
    bytes -= entry.bytes();
    if (entry.inFlight()) {
      inFlight--;
    }
  }

  /// A new session stands: everything kept is due.
  public void connected() {
    lock.lock();
    try {
      connectionLost();
      connected = true;
      pump();
    } finally {
      lock.unlock();
    }
  }

  /// The session is over.
  public void disconnected() {
    lock.lock();
    try {
      connectionLost();
    } finally {
      lock.unlock();
    }
  }

  private void connectionLost() {
    connected = false;
    inFlight = 0;
    entries.values().forEach(Entry::connectionLost);
  }

  /// The bus has the events of those ids; others are let pass.
  public void acknowledged(Collection<String> ids) {
    lock.lock();
    try {
      ids.forEach(this::remove);
      pump();
    } finally {
      lock.unlock();
    }
  }

  private void pump() {
    Iterator<Entry> inOrder = entries.values().iterator();
    while (connected && inFlight < WINDOW && inOrder.hasNext()) {
      Entry entry = inOrder.next();
      if (!entry.inFlight()) {
        switch (transmitter.send(entry.message())) {
          case Transmission.SENT -> {
            entry.sent();
            inFlight++;
          }
          case Transmission.NOT_CONNECTED -> connected = false;
          case Transmission.TOO_LARGE -> {
            LOG.log(Level.WARNING, "an event is too large for the gateway and was dropped");
            inOrder.remove();
            forget(entry);
            dropped++;
          }
        }
      }
    }
  }

  /// How many events are kept.
  public int size() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /// How many events were dropped since the start.
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }
}
