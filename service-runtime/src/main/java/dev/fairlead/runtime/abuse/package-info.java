/// Limits for those who fail to prove who they are: failures counted by whatever they are known by,
/// and bans for those who fail too often. In memory alone, and of a fixed size whatever attackers
/// think of.
@NullMarked
package dev.fairlead.runtime.abuse;

import org.jspecify.annotations.NullMarked;
