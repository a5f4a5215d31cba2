/// Holds what the product is deployed by to rules: the Kubernetes manifests, the alert rules, the
/// dashboards.
@NullMarked
package dev.fairlead.deployment;

import org.jspecify.annotations.NullMarked;
