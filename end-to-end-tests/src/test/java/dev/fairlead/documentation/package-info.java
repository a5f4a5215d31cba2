/// Holds the documents to the code and to one another: reference pages that are made from the code,
/// links that lead somewhere, requirements that name tests that exist, shell blocks that say how
/// they are run.
@NullMarked
package dev.fairlead.documentation;

import org.jspecify.annotations.NullMarked;
