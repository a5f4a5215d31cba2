/// Feeds: what happened, written into a table in the transactions that do it, read in their order
/// as pages and as streams of Server-Sent Events that go on where they were left. A service says by
/// a [PgFeedSource] which table that is and what its rows tell.
@NullMarked
package dev.fairlead.bus.feed;

import org.jspecify.annotations.NullMarked;
