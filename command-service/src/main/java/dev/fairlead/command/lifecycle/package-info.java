/// The life of one command: its states and what moves it from one to the next, the history it
/// leaves, and its row.
@NullMarked
package dev.fairlead.command.lifecycle;

import org.jspecify.annotations.NullMarked;
