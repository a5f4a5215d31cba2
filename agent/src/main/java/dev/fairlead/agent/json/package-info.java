/// JSON documents, as the bodies of messages and the lines of files hold them.
@NullMarked
package dev.fairlead.agent.json;

import org.jspecify.annotations.NullMarked;
