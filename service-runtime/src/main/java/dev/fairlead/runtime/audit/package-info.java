/// What is kept about who did what: entries, and where they go before anything is answered.
@NullMarked
package dev.fairlead.runtime.audit;

import org.jspecify.annotations.NullMarked;
