/// The way to PostgreSQL: a pool for the statements of a service and the migrations of its schema.
@NullMarked
package dev.fairlead.runtime.database;

import org.jspecify.annotations.NullMarked;
