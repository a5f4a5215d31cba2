package dev.fairlead.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What the kernel keeps for the sockets of all processes together.
final class KernelMemory {

  private static final int KIBI = 1_024;

  private KernelMemory() {}

  /// Bytes of its slabs, without those that remember files: these come and go with anything that is
  /// read. Of them, the inode and the name that each socket has count.
  static long slabBytes() {
    long unreclaimable =
        lines("/proc/meminfo", "SUnreclaim:")
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
            .sum();
    long sockets = field("sock_inode_cache", 1);
    return unreclaimable + sockets * (field("sock_inode_cache", 3) + field("dentry", 3));
  }

  /// A number in a line of `slabinfo`: 1 for the objects in use, 3 for the size of one.
  private static long field(String cache, int number) {
    return lines("/proc/slabinfo", cache + " ")
        .mapToLong(line -> Long.parseLong(line.split("\\s+", -1)[number]))
        .sum();
  }

  private static Stream<String> lines(String file, String beginning) {
    try {
      List<String> lines = Files.readAllLines(Path.of(file));
      return lines.stream().filter(line -> line.startsWith(beginning));
    } catch (IOException e) { // slabinfo is for root alone
      throw new UncheckedIOException(e);
    }
  }
}
