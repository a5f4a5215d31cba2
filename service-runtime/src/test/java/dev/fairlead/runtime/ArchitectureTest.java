package dev.fairlead.runtime;

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
          .importPackages("dev.fairlead.runtime");

  @Test
  void featuresFormNoCycles() {
    slices().matching("dev.fairlead.runtime.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyPgClassesAndMigrationsTouchSql() {
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("Pg")
        .and()
        .doNotHaveSimpleName("Migrations")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.sql..",
            "io.vertx.sqlclient..",
            "io.vertx.pgclient..",
            "org.flywaydb..",
            "org.postgresql..")
        .check(CLASSES);
  }

  @Test
  void nothingOfOursIsUsed() {
    noClasses()
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage("dev.fairlead..")
                .and(
                    com.tngtech.archunit.base.DescribedPredicate.not(
                        com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(
                            "dev.fairlead.runtime.."))))
        .check(CLASSES);
  }

  @Test
  void awaitStaysInProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.fairlead.runtime.process..")
        .should()
        .callMethod(io.vertx.core.Future.class, "await")
        .check(CLASSES);
  }
}
