package dev.fairlead.benchmarks;

/// What is loaded and measured.
///
/// @param name in the table
/// @param jvm whether the process is one
record Server(String name, ServerProcess process, boolean jvm, Endpoint endpoint) {}
