package dev.fairlead.protocol;

/// A message of the JSON wire whose body is still the very bytes of its JSON value, whatever
/// `props.enc` says of them.
record RawMessage(Header header, Body body) {}
