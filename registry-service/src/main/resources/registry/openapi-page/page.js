"use strict";

// Shows the contract that the address names, the registry's when it names none.
const known = ["registry", "command", "gateway"];
const wanted = new URLSearchParams(window.location.search).get("contract");
const contract = known.includes(wanted) ? wanted : known[0];
const address = `/api/v1/openapi/${contract}.yaml`;

document.getElementById("document").href = address;
document.querySelector(`nav a[href="?contract=${contract}"]`).setAttribute("aria-current", "page");

window.SwaggerUIBundle({
  url: address,
  dom_id: "#contract",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // What a browser sends cannot open a device's door: it sets no such headers.
  supportedSubmitMethods: contract === "gateway" ? [] : ["get", "put", "post", "delete", "patch"],
  // Nothing leaves this address: no badge of a service elsewhere, no key kept in the browser.
  validatorUrl: null,
  persistAuthorization: false,
});
