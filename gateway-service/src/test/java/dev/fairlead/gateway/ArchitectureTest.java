package dev.fairlead.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fairlead.gateway");

  @Test
  void hasNoCyclesBetweenFeatures() {
    slices().matching("dev.fairlead.gateway.(*)..").should().beFreeOfCycles().check(MODULE);
  }

  @Test
  void keepsSocketsAndWiresInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.fairlead.gateway.websocket")
        .and()
        .resideOutsideOfPackage("dev.fairlead.gateway")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "io.vertx.core.http..", "dev.fairlead.protocol..")
        .check(MODULE);
  }

  @Test
  void leavesKafkaToTheBus() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "io.vertx.kafka..")
        .check(MODULE);
  }

  @Test
  void knowsNoDatabase() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "io.vertx.sqlclient..", "io.vertx.pgclient..")
        .check(MODULE);
  }

  @Test
  void neverWaits() {
    noClasses()
        .should()
        .callMethod(Future.class, "await")
        .orShould()
        .callMethod(Future.class, "await", long.class, TimeUnit.class)
        .check(MODULE);
  }
}
