package dev.fairlead.runtime.http;

/// The body of an answer that a person reads in a browser.
///
/// @param html the whole document
public record HtmlPage(String html) {}
