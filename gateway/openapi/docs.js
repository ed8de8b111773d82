"use strict";

// Where the browser reached the gateway: this page's address without "docs".
const here = new URL(".", window.location.href).href.replace(/\/$/, "");
let publicUrl = here;

window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: false,
  // The default would send the document's address to a host outside.
  validatorUrl: null,
  responseInterceptor: (response) => {
    if (response.url.endsWith("/openapi.json") && response.obj) {
      publicUrl = response.obj.servers[0].url;
    }
    return response;
  },
  // Requests that are tried out go where the page came from, under whatever name that was:
  // the public address may be another origin, which browsers keep us from.
  requestInterceptor: (request) => {
    if (request.url.startsWith(publicUrl + "/")) {
      request.url = here + request.url.slice(publicUrl.length);
    }
    return request;
  },
});
