package dev.fairlead.agent.machine;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The file stores of the roots, and that of the state directory if it is another.
final class Disks {

  private static final Logger LOG = System.getLogger(Disks.class.getName());
  private static final String STATE = "state";

  private final Map<String, Path> places = new LinkedHashMap<>();

  Disks(Path stateDirectory) {
    for (Path root : FileSystems.getDefault().getRootDirectories()) {
      places.put(label(root), root);
    }
    if (places.values().stream().noneMatch(root -> isSameStore(root, stateDirectory))) {
      places.put(STATE, stateDirectory);
    }
  }

  /// `root`, or the letter of a drive.
  private static String label(Path root) {
    String letters = root.toString().replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    return letters.isEmpty() ? "root" : letters;
  }

  private static boolean isSameStore(Path one, Path other) {
    try {
      return Files.getFileStore(one).equals(Files.getFileStore(other));
    } catch (IOException e) {
      return false;
    }
  }

  /// All that can be read now; an empty drive cannot.
  List<DiskUsage> read() {
    List<DiskUsage> usages = new ArrayList<>();
    places.forEach(
        (label, place) -> {
          try {
            usages.add(read(label, place));
          } catch (IOException e) {
            LOG.log(Level.DEBUG, "no reading of " + place, e);
          }
        });
    return usages;
  }

  private static DiskUsage read(String label, Path place) throws IOException {
    FileStore store = Files.getFileStore(place);
    long total = store.getTotalSpace();
    return new DiskUsage(
        label,
        place.toString(),
        total,
        total - store.getUnallocatedSpace(),
        store.getUsableSpace());
  }
}
