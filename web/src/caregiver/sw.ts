/**
 * Keeps the app's shell and the district's base map on the phone, so that the app opens without a network, and shows
 * alarms that come by push while no page is open. Deeds and positions are not its business: the page's outbox keeps those.
 */
declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the files of the shell, and a digest of them. */
declare const __SHELL__: string[];
declare const __VERSION__: string;

const SHELL = `shell-${__VERSION__}`;
const MAP = "map";
const MAP_PATH = "/api/v1/map";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(__SHELL__.map((path) => new Request(path, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== SHELL && n !== MAP).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (url.pathname === MAP_PATH) event.respondWith(map(event));
  else if (__SHELL__.includes(url.pathname)) event.respondWith(shell(event.request));
});

interface Pushed {
  id: string;
  urgency: "alarm" | "notice";
  title: string;
  body: string;
}

/** A later word about the same alarm replaces the one before; an alarm stays until it is touched. */
self.addEventListener("push", (event) => {
  const said = event.data?.json() as Pushed | undefined;
  if (!said) return;
  const alarm = said.urgency === "alarm";
  const options = { body: said.body, tag: said.id, icon: "/icon-192.png", requireInteraction: alarm, renotify: true, vibrate: alarm ? [400, 150, 400, 150, 400] : [200] };
  event.waitUntil(self.registration.showNotification(said.title, options as NotificationOptions));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((pages) => {
      const open = pages.find((page) => new URL(page.url).pathname.startsWith("/caregiver"));
      return open ? open.focus() : self.clients.openWindow("/caregiver");
    }),
  );
});

/** The page as the network has it, or as it was last. */
async function page(request: Request): Promise<Response> {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) return fresh;
  } catch {
    // No network: what is kept serves.
  }
  return (await caches.match("/caregiver")) ?? Response.error();
}

const shell = async (request: Request): Promise<Response> => (await caches.match(new URL(request.url).pathname)) ?? fetch(request);

/** The map changes rarely: what is kept at once, renewed behind the scenes. */
async function map(event: FetchEvent): Promise<Response> {
  const cache = await caches.open(MAP);
  const keptMap = await cache.match(MAP_PATH);
  const fresh = fetch(event.request).then(async (response) => {
    if (response.ok) await cache.put(MAP_PATH, response.clone());
    return response;
  });
  if (!keptMap) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return keptMap;
}

export {};
