/// How the whole system behaves: services as processes of their own against a real broker and a
/// real database, and the whole product in one process.
@NullMarked
package dev.fairlead.endtoend;

import org.jspecify.annotations.NullMarked;
