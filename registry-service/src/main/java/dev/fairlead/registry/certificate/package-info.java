/// Client certificates of devices: an authority of the product for each tenant, certificates issued
/// from signing requests and revoked, and authorities of the tenants themselves, which count once
/// somebody has proven to hold their key. What admission has to know is said on `fairlead.access`.
@NullMarked
package dev.fairlead.registry.certificate;

import org.jspecify.annotations.NullMarked;
