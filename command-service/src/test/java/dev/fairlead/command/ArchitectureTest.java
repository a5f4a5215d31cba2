package dev.fairlead.command;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.command");

  @Test
  void featuresFormNoCycles() {
    slices().matching("dev.fairlead.command.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyPgClassesTouchSql() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.Pg[^.]*")
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
  void nobodyTouchesKafka() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..")
        .check(CLASSES);
  }

  @Test
  void otherServicesAreNotKnown() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.fairlead.registry..", "dev.fairlead.gateway..")
        .check(CLASSES);
  }

  @Test
  void awaitStaysInTheInterface() {
    noClasses()
        .that()
        .haveNameNotMatching(".*Routes(\\$.*)?")
        .should()
        .callMethod(Future.class, "await")
        .check(CLASSES);
  }
}
