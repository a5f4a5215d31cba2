/// What the product costs, measured from outside: whole processes, real broker and database. Each
/// benchmark prints one table and keeps it, as Markdown and as JSON, under `benchmarks/results`.
@NullMarked
package dev.fairlead.benchmarks;

import org.jspecify.annotations.NullMarked;
