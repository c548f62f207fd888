// Asks for what the first page shows while the app itself is still on its way; the app takes the answers up (src/api/early.ts).
(function () {
  var root = "/api/v1";
  var limit = 20000;
  var place = location.pathname.split("/"); // "", "app", kind, key, ticket
  var saved = place[2] === "saved";
  var sort = /[?&]sort=(activity|waiting|created)(&|$)/.exec(location.search);
  var narrowed = { view: "view=" + place[3], saved: "view=" + place[3], inbox: "inbox_id=" + place[3] + "&view=open" };
  // Without an address it is one's own open tickets; a saved view has an order of its own that is not known here.
  var list = place[2] ? place[3] && narrowed[place[2]] : "view=mine";

  function ask(path) {
    return fetch(root + path, { credentials: "same-origin", signal: AbortSignal.timeout(limit) });
  }
  var session = ask("/session");
  // Who is not signed in is told so once.
  function then(path) {
    return session.then(function (answer) { return answer.ok ? ask(path) : null; });
  }
  var early = window.parleyEarly = {};
  early[root + "/session"] = session;
  if (list && (sort || !saved)) {
    var path = "/tickets?" + list + "&sort=" + (sort ? sort[1] : "activity");
    early[root + path] = then(path);
  }
  if (place[2] !== "settings") early[root + "/views"] = then("/views");
  // What nobody takes up is nobody's fault.
  Object.keys(early).forEach(function (url) { early[url].catch(function () {}); });
})();
