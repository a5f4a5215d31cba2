package dev.fairlead.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.registry");

  @Test
  void featuresFormNoCycles() {
    slices().matching("dev.fairlead.registry.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyPgClassesTouchSql() {
    // Whoever puts things together hands the pool on, and closes it.
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.Pg\\w+(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("io\\.vertx\\.(sqlclient|pgclient)\\.(?!(Pool|SqlClient)$).*")
        .check(CLASSES);
  }

  @Test
  void nobodyTouchesKafka() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..")
        .check(CLASSES);
  }

  @Test
  void onlyRoutesAwait() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Routes")
        .should()
        .callMethod(io.vertx.core.Future.class, "await")
        .check(CLASSES);
  }
}
