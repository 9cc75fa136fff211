/**
 * Keeps the page of `/v` for the time without a network; what stands before this comment names the files.
 *
 * The files are kept together, as one version, and used before the network. What this verifier believes, and its status
 * lists, come from the network; the last answer is kept for the time without one, and is then marked as kept. No address
 * that is asked or kept has a fragment, so nothing of a certificate is ever here.
 */

const SHELF = `scan-${VERSION}`;
const ANSWERS = "scan-answers";
const PAGES = ["/v", "/en/v"];
const LIVE = ["/bundle.json", "/status", "/web/verifier.json"];
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { pathname, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== self.location.origin) return;
  if (LIVE.includes(pathname)) event.respondWith(live(pathname + search));
  else if (FILES.includes(pathname) || PAGES.includes(pathname)) event.respondWith(kept(pathname));
});

async function fill() {
  const shelf = await caches.open(SHELF);
  await shelf.addAll([...PAGES, ...FILES].map((address) => new Request(address, { cache: "no-cache" })));
  const answers = await caches.open(ANSWERS);
  for (const address of ["/bundle.json", "/web/verifier.json"]) {
    const answer = await fetch(address);
    if (answer.ok) await answers.put(address, answer);
  }
}

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("scan-") && name !== SHELF && name !== ANSWERS) await caches.delete(name);
  }
}

async function kept(address) {
  const shelf = await caches.open(SHELF);
  return (await shelf.match(address)) ?? fetch(address);
}

async function live(address) {
  const answers = await caches.open(ANSWERS);
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await answers.put(address, answer.clone());
    return answer;
  } catch (error) {
    const last = await answers.match(address);
    if (last === undefined) throw error;
    const headers = new Headers(last.headers);
    headers.set("X-Kept", "1");
    return new Response(last.body, { status: last.status, headers });
  }
}
