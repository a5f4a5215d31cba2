// A program against the types of the three contracts: it must compile, or they changed for everyone.
import createClient from "openapi-fetch";
import type { paths as Commands } from "./generated/command.js";
import type { paths as Doors } from "./generated/gateway.js";
import type { components, paths as Registry } from "./generated/registry.js";

type Device = components["schemas"]["Device"];
type Subprotocols = Doors["/connect"]["get"]["parameters"]["header"]["Sec-WebSocket-Protocol"];

export const subprotocols: Subprotocols = "fairlead.v1.msgpack, fairlead.v1.json";

export async function warmest(baseUrl: string, key: string): Promise<string | undefined> {
  const headers = { Authorization: `Bearer ${key}` };
  const registry = createClient<Registry>({ baseUrl, headers });
  const commands = createClient<Commands>({ baseUrl, headers });

  const { data: page, error } = await registry.GET("/api/v1/devices", {
    params: { query: { online: true, tag: ["site:north"] } },
  });
  if (error) {
    throw new Error(`${error.status} ${error.title}: ${error.detail}`);
  }
  const devices: Device[] = [];
  for (const { id } of page.items) {
    const { data: device } = await registry.GET("/api/v1/devices/{id}", { params: { path: { id } } });
    if (device) {
      devices.push(device);
    }
  }
  const temperature = (device: Device) => Number(device.telemetry.values["temperature"]?.value ?? NaN);
  const warm = devices.filter((device) => temperature(device) > 60)[0];
  if (!warm) {
    return undefined;
  }
  const { data: command } = await commands.POST("/api/v1/devices/{id}/commands", {
    params: { path: { id: warm.id }, query: { wait: "10s" } },
    body: { kind: "valve/open", body: { percent: 40 } },
  });
  return command?.state;
}
