package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The objects that are alive in another JVM, as bytes to look through.
public final class HeapDump {

  private static final List<Charset> ENCODINGS =
      List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);
  private static final int BYTES = 256;

  private final Path file;

  private HeapDump(Path file) {
    this.file = file;
  }

  /// Has a JVM collect all garbage and write down the rest.
  ///
  /// @param file must not exist; it is as large as the heap
  public static HeapDump of(long pid, Path file) {
    String said = jcmd(pid, "GC.heap_dump", file.toString());
    if (!Files.exists(file)) {
      throw new IllegalStateException(said);
    }
    return new HeapDump(file);
  }

  /// Has a JVM collect all garbage, and counts what the rest is long.
  public static long liveBytes(long pid) {
    String[] total =
        jcmd(pid, "GC.class_histogram").strip().replaceFirst("(?s).*\\n", "").split(" +", -1);
    return Long.parseLong(total[total.length - 1]);
  }

  private static String jcmd(long pid, String... command) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid)));
    line.addAll(List.of(command));
    try {
      Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
      String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (jcmd.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Whether a text is in it, in any form that Java keeps texts in.
  public boolean contains(String text) {
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer heap = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      heap.order(ByteOrder.BIG_ENDIAN);
      return ENCODINGS.stream().anyMatch(encoding -> contains(heap, text.getBytes(encoding)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Boyer, Moore and Horspool's search.
  private static boolean contains(MappedByteBuffer heap, byte[] wanted) {
    int last = wanted.length - 1;
    int[] shift = new int[BYTES];
    Arrays.fill(shift, wanted.length);
    for (int i = 0; i < last; i++) {
      shift[wanted[i] & 0xff] = last - i;
    }
    int end = heap.limit() - wanted.length;
    for (int at = 0; at <= end; at += shift[heap.get(at + last) & 0xff]) {
      int i = last;
      while (i >= 0 && heap.get(at + i) == wanted[i]) {
        i--;
      }
      if (i < 0) {
        return true;
      }
    }
    return false;
  }
}
