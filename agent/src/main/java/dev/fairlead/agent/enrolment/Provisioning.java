package dev.fairlead.agent.enrolment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// By what an agent enrols.
///
/// Making one throws `IllegalArgumentException` for what cannot be a device's id.
///
/// @param keyFile holds the provisioning key; needed until the device is enrolled, and no longer
/// @param deviceId the id to ask for
/// @param name of the device, for people
public record Provisioning(Path keyFile, String deviceId, String name) {

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,256}");
  private static final int ID_LENGTH_MAX = 128;
  private static final int NAME_LENGTH_MAX = 200;
  private static final int KEY_FILE_BYTES_MAX = 4096;

  public Provisioning {
    if (!isDeviceId(deviceId)) {
      throw new IllegalArgumentException("not a device's id: " + deviceId);
    }
    name = name.length() > NAME_LENGTH_MAX ? name.substring(0, NAME_LENGTH_MAX) : name;
  }

  /// What a machine enrols as unless it is told otherwise: the device of its host name, with `-`
  /// for what cannot stand in an id.
  public static Provisioning ofHost(Path keyFile, String hostName) {
    String id = hostName.replaceAll("[^A-Za-z0-9._~-]", "-");
    String bounded = id.length() > ID_LENGTH_MAX ? id.substring(0, ID_LENGTH_MAX) : id;
    return new Provisioning(keyFile, isDeviceId(bounded) ? bounded : "this-machine", hostName);
  }

  /// Whether a text can be a device's id.
  public static boolean isDeviceId(String text) {
    return ID.matcher(text).matches() && !text.equals(".") && !text.equals("..");
  }

  /// The provisioning key as it is now.
  ///
  /// @throws IOException if it cannot be read, or is none
  public String key() throws IOException {
    if (Files.size(keyFile) > KEY_FILE_BYTES_MAX) {
      throw new IOException(keyFile + " is too large for a provisioning key");
    }
    String key = new String(Files.readAllBytes(keyFile), StandardCharsets.UTF_8).strip();
    if (!KEY.matcher(key).matches()) {
      throw new IOException(keyFile + " holds no provisioning key");
    }
    return key;
  }
}
