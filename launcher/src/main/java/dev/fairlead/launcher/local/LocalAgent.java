package dev.fairlead.launcher.local;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.Agent;
import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.launcher.data.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Makes this machine a device, through the public API like any other, and runs its agent in this
/// process. The device is made once; its token is kept in the data directory.
public final class LocalAgent {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int CREATED = 201;
  private static final int CONFLICT = 409;
  private static final int ID_LENGTH_MAX = 64;

  private final DataDirectory directory;
  private final int port;
  private final String hostName;
  private final List<String> exec;

  /// @param port of plain HTTP on the loopback address
  /// @param exec programs that the agent may run besides its default list
  public LocalAgent(DataDirectory directory, int port, String hostName, List<String> exec) {
    this.directory = directory;
    this.port = port;
    this.hostName = hostName;
    this.exec = List.copyOf(exec);
  }

  /// The id of the device that a machine is.
  public static String deviceIdOf(String hostName) {
    String id = hostName.replaceAll("[^A-Za-z0-9._~-]", "-");
    String bounded = id.length() > ID_LENGTH_MAX ? id.substring(0, ID_LENGTH_MAX) : id;
    return bounded.isEmpty() || bounded.equals(".") || bounded.equals("..")
        ? "this-machine"
        : bounded;
  }

  /// Starts the agent; it connects in the background.
  ///
  /// @throws IllegalStateException when the device cannot be made, in one line
  public Agent start() {
    Path token = directory.resolve("agent-token");
    if (!Files.exists(token)) {
      DataDirectory.write(token, newDeviceToken());
    }
    try {
      return Agent.start(
          AgentConfig.of(
                  URI.create("ws://127.0.0.1:" + port + "/connect"),
                  new TokenSource.InFile(token),
                  directory.resolve("agent"))
              .withExecAlso(exec));
    } catch (IOException e) {
      throw new UncheckedIOException("the agent cannot start: " + e.getMessage(), e);
    }
  }

  /// A device whose token was lost cannot get another: it is deleted and made again, which also
  /// makes the lost token worthless.
  private String newDeviceToken() {
    String id = deviceIdOf(hostName);
    String body =
        JSON.createObjectNode().put("id", id).put("name", hostName).put("type", "agent").toString();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = post(client, body);
      if (answer.statusCode() == CONFLICT) {
        send(client, request("/api/v1/devices/" + id).DELETE().build());
        answer = post(client, body);
      }
      if (answer.statusCode() != CREATED) {
        throw new IllegalStateException(
            "this machine could not be made a device: HTTP " + answer.statusCode());
      }
      JsonNode device = JSON.readTree(answer.body());
      return device.path("token").asText();
    } catch (JacksonException e) {
      throw new IllegalStateException("the registry answered no JSON", e);
    }
  }

  private HttpResponse<String> post(HttpClient client, String body) {
    return send(
        client,
        request("/api/v1/devices")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    String key = DataDirectory.read(directory.resolve("admin-key"));
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + key);
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("the registry does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while this machine was made a device", e);
    }
  }
}
