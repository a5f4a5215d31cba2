/// The OpenAPI contracts of the services, as far as tests need to understand them: operations,
/// their named examples, and whether a document fits a schema.
@NullMarked
package dev.fairlead.documentation.contract;

import org.jspecify.annotations.NullMarked;
