/// What the agent must still know after a restart: small files in one directory.
@NullMarked
package dev.fairlead.agent.state;

import org.jspecify.annotations.NullMarked;
