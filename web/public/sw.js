// Keeps one page for the time when nothing answers. Pages, scripts and data always come from the server:
// an old copy of the app would show what is no longer so.
const KEPT = "parley-offline-1";
const OFFLINE = "offline.html";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add(new Request(OFFLINE, { cache: "reload" }))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => names.filter((name) => name.startsWith("parley-") && name !== KEPT));
  event.waitUntil(others.then((names) => Promise.all(names.map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
});

// A press on a desktop notification brings the window forward that the inbox is open in.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data && event.notification.data.path;
  const open = async () => {
    const windows = await self.clients.matchAll({ type: "window" });
    if (windows.length === 0) return self.clients.openWindow(path || "/app/");
    windows[0].postMessage({ open: path });
    return windows[0].focus();
  };
  event.waitUntil(open());
});
