/// What moves commands on: sending them to the sessions of their devices under a lease, taking the
/// devices' replies, and ending what is past its deadline.
@NullMarked
package dev.fairlead.command.dispatch;

import org.jspecify.annotations.NullMarked;
