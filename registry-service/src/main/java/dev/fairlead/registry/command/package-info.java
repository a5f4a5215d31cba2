/// What the registry has to do with commands, which are the command service's: their ends, where
/// somebody wants to be told, become changes of the feed.
@NullMarked
package dev.fairlead.registry.command;

import org.jspecify.annotations.NullMarked;
