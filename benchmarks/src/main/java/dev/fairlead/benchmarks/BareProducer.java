package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.ServiceJar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A process that writes events to a topic at a rate, and does nothing else: what a gateway cannot
/// do without. The producer is set as that of a gateway for telemetry.
public final class BareProducer {

  private static final int DEVICES = 2_000;
  private static final int PARTITIONS = 4;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int HISTOGRAM_BYTES = 1 << 20;

  private final AckTimes times = new AckTimes();

  private BareProducer() {}

  /// Sends until it is killed. For each line that it reads it says, in one line, how long records
  /// took since the last time.
  ///
  /// @param arguments the broker's address, and records a second
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    String topic = "benchmark-" + arguments[1];
    Map<String, Object> broker = Map.of("bootstrap.servers", arguments[0]);
    try (Admin admin = Admin.create(broker)) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    }
    BareProducer bare = new BareProducer();
    Thread answering = new Thread(bare::answer, "answers");
    answering.setDaemon(true);
    answering.start();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                arguments[0],
                "acks",
                "all",
                "enable.idempotence",
                true,
                "linger.ms",
                5,
                "compression.type",
                "lz4",
                "batch.size",
                64 * 1024),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      bare.send(producer, topic, Integer.parseInt(arguments[1]));
    }
  }

  private void send(Producer<byte[], byte[]> producer, String topic, int perSecond) {
    byte[] reading =
        ("{\"value\":\"" + "x".repeat(Wire.EVENT_BYTES - 12) + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    byte[][] keys = new byte[DEVICES][];
    for (int i = 0; i < DEVICES; i++) {
      keys[i] = ("default/events-" + i).getBytes(StandardCharsets.US_ASCII);
    }
    long begun = System.nanoTime();
    for (long sent = 0; ; sent++) {
      long due = begun + sent * TimeUnit.SECONDS.toNanos(1) / perSecond;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(TICK_NANOS);
      }
      var _ =
          producer.send(
              new ProducerRecord<>(topic, keys[(int) (sent % DEVICES)], reading),
              (position, failure) -> {
                if (failure == null) {
                  times.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due));
                }
              });
    }
  }

  private void answer() {
    BufferedReader asked =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try {
      while (asked.readLine() != null) {
        ByteBuffer bytes = ByteBuffer.allocate(HISTOGRAM_BYTES);
        int length = times.take().encodeIntoCompressedByteBuffer(bytes);
        System.out.println(
            Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
      }
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
    // Whoever asked has gone.
    Runtime.getRuntime().halt(0);
  }

  /// Starts one.
  static Remote start(String bootstrapServers, int perSecond) throws IOException {
    return new Remote(
        new ProcessBuilder(
                Stream.of(
                        Stream.of(Tool.ofJdk("java")),
                        ServiceJar.gatewayOptions().stream(),
                        Stream.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            BareProducer.class.getName(),
                            bootstrapServers,
                            String.format(Locale.ROOT, "%d", perSecond)))
                    .flatMap(each -> each)
                    .toList())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /// One that runs; it ends when this is closed, and when this process ends.
  static final class Remote implements AutoCloseable {

    private final Process process;
    private final Writer ask;
    private final BufferedReader answers;

    private Remote(Process process) {
      this.process = process;
      this.ask = process.outputWriter();
      this.answers = process.inputReader();
    }

    ServerProcess process() {
      return new ServerProcess(process.pid());
    }

    /// How long records took until they were acknowledged, since the last call.
    Histogram take() throws IOException {
      ask.write("\n");
      ask.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("the producer ended");
      }
      try {
        return Histogram.decodeFromCompressedByteBuffer(
            ByteBuffer.wrap(Base64.getDecoder().decode(answer)), 0);
      } catch (DataFormatException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
