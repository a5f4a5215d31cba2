package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.embedded.testing.OwnKafka;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  private static final TopicPartition PARTITION = new TopicPartition("events", 0);
  private static final String AWKWARD_PASSWORD = "a \"quoted\\\" one;";

  @TempDir Path directory;

  @Test
  void keepsRecordsOverRestartOnAnotherPortWithPassword() throws Exception {
    // Given
    EmbeddedKafkaOptions options =
        EmbeddedKafkaOptions.in(directory).withPassword(AWKWARD_PASSWORD);
    try (EmbeddedKafka kafka = EmbeddedKafka.start(options)) {
      createTopic(kafka.clientProperties());
      send(kafka.clientProperties(), List.of("a", "b", "c"));
    }

    // When
    List<String> read;
    try (EmbeddedKafka kafka = EmbeddedKafka.start(options)) {
      read = readAll(kafka.clientProperties(), 3);
    }

    // Then
    assertThat(read).containsExactly("a", "b", "c");
  }

  @Test
  void letsNobodyInWithoutPassword() {
    // Given
    EmbeddedKafkaOptions options = EmbeddedKafkaOptions.in(directory).withPassword("right");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(options)) {
      Map<String, String> none =
          Map.of(
              "bootstrap.servers", kafka.bootstrapServers(),
              "security.protocol", "PLAINTEXT",
              "request.timeout.ms", "1500",
              "default.api.timeout.ms", "1500");
      Map<String, String> wrong = withPassword(kafka.clientProperties(), "wrong");

      // When / Then
      assertThatThrownBy(() -> describe(none)).isInstanceOf(ExecutionException.class);
      assertThatThrownBy(() -> describe(wrong))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SaslAuthenticationException.class);
    }
  }

  @Test
  void refusesSecondBrokerOnSameDirectory() {
    // Given
    EmbeddedKafkaOptions options = EmbeddedKafkaOptions.in(directory);
    try (EmbeddedKafka _ = EmbeddedKafka.start(options)) {
      // When / Then
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(() -> EmbeddedKafka.start(options))
          .withMessageContaining("is in use");
    }
  }

  @Test
  void saysThatPortIsTakenAndLeavesDirectoryFree() throws Exception {
    // Given
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EmbeddedKafkaOptions options =
          EmbeddedKafkaOptions.in(directory).withPort(taken.getLocalPort());

      // When / Then
      assertThatExceptionOfType(EmbeddedException.class)
          .isThrownBy(() -> EmbeddedKafka.start(options))
          .withMessage("Port %d of 127.0.0.1 is taken.", taken.getLocalPort());
      DirectoryLock.acquire(directory).close();
    }
  }

  @Test
  void saysThatSettingsAreWrong() {
    // Given
    EmbeddedKafkaOptions options =
        EmbeddedKafkaOptions.in(directory).withBrokerSettings(Map.of("num.io.threads", "none"));

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedKafka.start(options))
        .withMessageContaining("num.io.threads");
  }

  @Test
  void saysThatPathWithCommaCannotBeUsed() {
    // Given
    EmbeddedKafkaOptions options = EmbeddedKafkaOptions.in(directory.resolve("a,b"));

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedKafka.start(options))
        .withMessageContaining("comma");
  }

  @Test
  void stopsOnceHoweverOftenClosed() {
    // Given
    EmbeddedKafka kafka = EmbeddedKafka.start(EmbeddedKafkaOptions.in(directory));

    // When
    kafka.close();
    kafka.close();

    // Then
    assertThat(Loopback.isFree(kafka.port())).isTrue();
  }

  @Test
  void keepsAcknowledgedRecordsWhenKilled() throws Exception {
    // Given
    try (OwnKafka kafka = OwnKafka.start()) {
      createTopic(kafka.clientProperties());
      List<String> sent = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
      send(kafka.clientProperties(), sent);

      // When
      kafka.kill();
      kafka.restart();

      // Then
      assertThat(readAll(kafka.clientProperties(), sent.size())).isEqualTo(sent);
    }
  }

  @Test
  void acknowledgesAfterFreezeWhatWasSentDuringIt() throws Exception {
    // Given
    try (OwnKafka kafka = OwnKafka.start();
        KafkaProducer<String, String> producer = producer(kafka.clientProperties())) {
      createTopic(kafka.clientProperties());
      sendOne(producer, "before").get(10, TimeUnit.SECONDS);

      // When
      kafka.freeze();
      Future<RecordMetadata> during = sendOne(producer, "during");

      // Then
      assertThatThrownBy(() -> during.get(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      kafka.thaw();
      assertThat(during.get(20, TimeUnit.SECONDS).offset()).isOne();
    }
  }

  private static Map<String, String> withPassword(Map<String, String> properties, String password) {
    var changed = new HashMap<>(properties);
    changed.put("sasl.jaas.config", PlainCredentials.ofClient(EmbeddedKafka.USER, password));
    return changed;
  }

  private static int describe(Map<String, String> connection) throws Exception {
    try (Admin admin = Admin.create(Map.<String, Object>copyOf(connection))) {
      return admin.describeCluster().nodes().get().size();
    }
  }

  private static void createTopic(Map<String, String> connection) throws Exception {
    try (Admin admin = Admin.create(Clients.properties(connection))) {
      var topic = new NewTopic(PARTITION.topic(), 1, (short) 1);
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  private static KafkaProducer<String, String> producer(Map<String, String> connection) {
    return new KafkaProducer<>(
        Clients.properties(connection), new StringSerializer(), new StringSerializer());
  }

  private static Future<RecordMetadata> sendOne(
      KafkaProducer<String, String> producer, String value) {
    return producer.send(new ProducerRecord<>(PARTITION.topic(), value));
  }

  private static void send(Map<String, String> connection, List<String> values) throws Exception {
    try (KafkaProducer<String, String> producer = producer(connection)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String value : values) {
        sent.add(sendOne(producer, value));
      }
      for (Future<RecordMetadata> each : sent) {
        each.get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> readAll(Map<String, String> connection, int count) {
    try (var consumer =
        new KafkaConsumer<>(
            Clients.properties(connection), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      List<String> read = new ArrayList<>();
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (read.size() < count && System.nanoTime() - deadline < 0) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(record.value()));
      }
      return read;
    }
  }
}
