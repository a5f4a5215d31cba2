package dev.fairlead.documentation;

import static dev.fairlead.documentation.MarkdownTable.code;

import dev.fairlead.runtime.problem.ProblemType;

/// `docs/reference/problems.md`.
final class ProblemsPage {

  private ProblemsPage() {}

  static String content() {
    StringBuilder page =
        new StringBuilder(
            """
            # Problems

            Made from `dev.fairlead.runtime.problem.ProblemType`. Every error over HTTP is a document `application/problem+json` (RFC 9457) with `type`, `title`,
            `status`, `detail` and what else its type has. The page of a type says what it means and what to do.

            """);
    page.append(MarkdownTable.header("Type", "Status", "Title"));
    for (ProblemType type : ProblemType.values()) {
      page.append(
          MarkdownTable.row(
              "[" + code(type.slug()) + "](../problems/" + type.slug() + ".md)",
              Integer.toString(type.status()),
              type.title()));
    }
    return page.toString();
  }
}
