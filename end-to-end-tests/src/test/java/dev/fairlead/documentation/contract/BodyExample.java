package dev.fairlead.documentation.contract;

import com.fasterxml.jackson.databind.JsonNode;

/// A body that a contract shows.
///
/// @param mediaType what it is sent as
/// @param name of the example
/// @param value the document
/// @param schema what documents of this media type must fit
public record BodyExample(String mediaType, String name, JsonNode value, JsonNode schema) {}
