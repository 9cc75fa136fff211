/** Lets the browser keep this page for the time without a network; where it cannot, the page works as before. */

const WORKER = "/scan_worker.js";

export async function keepForOffline() {
  if (!("serviceWorker" in navigator)) return;
  const policy = globalThis.trustedTypes?.createPolicy("scan-worker", { createScriptURL: () => WORKER });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL("") ?? WORKER, { scope: location.pathname });
  } catch (error) {
    console.warn(error.name); // such as in a private window
  }
}
