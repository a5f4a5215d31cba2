package example;

import client.registry.ApiClient;
import client.registry.ApiException;
import client.registry.api.DevicesApi;
import client.registry.model.DevicePage;
import client.registry.model.DeviceSummary;

/** Prints the ids of the devices that are connected: the URL and the API key come from outside. */
public final class DevicesOnline {

  private static final int PAGE = 100;

  private DevicesOnline() {}

  public static void main(String[] args) throws ApiException {
    String key = System.getenv("KEY");
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + key));
    DevicesApi devices = new DevicesApi(client);
    String cursor = null;
    do {
      DevicePage page = devices.listDevices(null, PAGE, cursor, true, null, null, null, null, null);
      page.getItems().stream().map(DeviceSummary::getId).forEach(id -> System.out.println("device: " + id));
      cursor = page.getNext();
    } while (cursor != null);
  }
}
