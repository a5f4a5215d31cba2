package dev.fairlead.bus.identity;

/// A device among all tenants; as text `tenant/deviceId`, the key of most records on the bus.
///
/// @param tenant whose device it is
/// @param device its id in that tenant
public record DeviceKey(TenantId tenant, DeviceId device) {

  /// Reads the text form.
  ///
  /// @throws IllegalArgumentException when `text` is not `tenant/deviceId`
  public static DeviceKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a device key is tenant/deviceId");
    }
    return of(text.substring(0, slash), text.substring(slash + 1));
  }

  /// Makes a key from the two ids as text.
  ///
  /// @throws IllegalArgumentException when one of them is malformed
  public static DeviceKey of(String tenant, String device) {
    return new DeviceKey(new TenantId(tenant), new DeviceId(device));
  }

  @Override
  public String toString() {
    return tenant.value() + '/' + device.value();
  }
}
