package dev.fairlead.documentation;

/// A page under `docs/reference` that is made from the code.
enum ReferencePage {
  SETTINGS("settings") {
    @Override
    String content() {
      return SettingsPage.content();
    }
  },
  TOPICS("topics") {
    @Override
    String content() {
      return TopicsPage.content();
    }
  },
  PROBLEMS("problems") {
    @Override
    String content() {
      return ProblemsPage.content();
    }
  },
  PERMISSIONS("permissions") {
    @Override
    String content() {
      return PermissionsPage.content();
    }
  },
  CLOSE_CODES("close-codes") {
    @Override
    String content() {
      return CloseCodesPage.content();
    }
  };

  private final String name;

  ReferencePage(String name) {
    this.name = name;
  }

  /// Where it lies.
  String file() {
    return "docs/reference/" + name + ".md";
  }

  /// What the page must be, byte for byte.
  abstract String content();
}
