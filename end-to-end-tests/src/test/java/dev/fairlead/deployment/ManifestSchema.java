package dev.fairlead.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import java.io.IOException;
import java.util.Map;

/// What objects of Kubernetes may look like: no field that nobody knows, none missing that must be
/// there, each of its sort. Kubernetes' own client says so of its own types; of those of operators
/// their models, which do not say what must be there.
final class ManifestSchema {

  private static final Map<String, Check> CHECKS =
      Map.ofEntries(
          Map.entry("v1/Namespace", kubernetes(V1Namespace::validateJsonElement)),
          Map.entry("v1/ServiceAccount", kubernetes(V1ServiceAccount::validateJsonElement)),
          Map.entry("v1/ConfigMap", kubernetes(V1ConfigMap::validateJsonElement)),
          Map.entry("v1/Service", kubernetes(V1Service::validateJsonElement)),
          Map.entry("apps/v1/Deployment", kubernetes(V1Deployment::validateJsonElement)),
          Map.entry("batch/v1/Job", kubernetes(V1Job::validateJsonElement)),
          Map.entry(
              "policy/v1/PodDisruptionBudget",
              kubernetes(V1PodDisruptionBudget::validateJsonElement)),
          Map.entry(
              "autoscaling/v2/HorizontalPodAutoscaler",
              kubernetes(V2HorizontalPodAutoscaler::validateJsonElement)),
          Map.entry(
              "networking.k8s.io/v1/NetworkPolicy",
              kubernetes(V1NetworkPolicy::validateJsonElement)),
          Map.entry("monitoring.coreos.com/v1/ServiceMonitor", operator(ServiceMonitor.class)),
          Map.entry("monitoring.coreos.com/v1/PrometheusRule", operator(PrometheusRule.class)),
          Map.entry("kafka.strimzi.io/v1/Kafka", operator(Kafka.class)),
          Map.entry("kafka.strimzi.io/v1/KafkaNodePool", operator(KafkaNodePool.class)));

  private ManifestSchema() {}

  private interface Check {
    void check(String json) throws IOException;
  }

  private interface Validation {
    void validate(JsonElement element) throws IOException;
  }

  /// Fails where an object is not as its type asks.
  ///
  /// @throws IllegalArgumentException says what is wrong
  static void check(Manifest manifest) {
    Check check = CHECKS.get(manifest.type());
    if (check == null) {
      throw new IllegalArgumentException("a type that is not checked: " + manifest.type());
    }
    try {
      check.check(manifest.node().toString());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Check kubernetes(Validation validation) {
    return text -> validation.validate(JsonParser.parseString(text));
  }

  private static Check operator(Class<?> model) {
    return text -> strict().readValue(text, model);
  }

  /// The models take what they do not know; here nothing may be left over.
  private static JsonMapper strict() {
    return JsonMapper.builder()
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .annotationIntrospector(new NothingElse())
        .build();
  }

  private static final class NothingElse extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated member) {
      return false;
    }
  }
}
