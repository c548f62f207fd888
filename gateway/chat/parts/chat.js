// The chat page. What the visitor writes waits here until the server says that it is on disk; the
// same id is sent again after a broken line, so nothing is lost and nothing is said twice.
"use strict";
(() => {
  const ZH = (navigator.language || "").toLowerCase().startsWith("zh");
  const WORDS = ZH
    ? { online: "已连接", offline: "正在重新连接…", send: "发送", text: "消息", waiting: "发送中…", answering: "对方正在输入…",
        hello: "请写下您的问题。我们会在这里回复，您稍后再来也能看到。" }
    : { online: "Connected", offline: "Reconnecting…", send: "Send", text: "Message", waiting: "Sending…", answering: "An answer is being written…",
        hello: "Write to us. The answer comes here, also when you return later." };
  const inbox = location.pathname.split("/")[2];
  const key = (name) => `parley:${inbox}:${name}`;
  const log = document.getElementById("log");
  const field = document.getElementById("text");
  const state = document.getElementById("state");
  document.documentElement.lang = ZH ? "zh-CN" : "en";
  document.getElementById("send").textContent = WORDS.send;
  log.dataset.hello = WORDS.hello;
  field.setAttribute("placeholder", WORDS.text);

  const kept = (name, otherwise) => {
    try { return JSON.parse(localStorage.getItem(key(name))) ?? otherwise; } catch { return otherwise; }
  };
  const keep = (name, value) => {
    try { localStorage.setItem(key(name), JSON.stringify(value)); } catch { /* private window */ }
  };

  let waiting = kept("waiting", []);
  let socket = null;
  let failures = 0;
  let last = "";
  let caughtUp = false;
  let pings = 0;
  let typingUntil = 0;
  let answering = 0;
  const shown = new Map();

  const send = (frame) => {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };

  const show = (id, direction, text, author, at, files = []) => {
    let item = shown.get(id);
    const bottom = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    if (!item) {
      item = document.createElement("li");
      shown.set(id, item);
      log.append(item);
    }
    item.className = direction;
    item.textContent = text;
    const note = document.createElement("small");
    const clock = at ? new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) : WORDS.waiting;
    note.textContent = author ? `${author} · ${clock}` : clock;
    for (const file of files) {
      const link = document.createElement("a");
      link.href = file.url;
      link.rel = "noopener";
      link.target = "_blank";
      link.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024))} kB)`;
      item.append(link);
    }
    item.append(note);
    if (bottom || direction === "in") log.scrollTop = log.scrollHeight;
    return item;
  };

  const say = (text) => {
    const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    waiting.push({ id, text });
    keep("waiting", waiting);
    show(id, "in waiting", text, "", "");
    send({ type: "message", client_msg_id: id, text });
  };

  const act = {
    welcome: (frame) => keep("token", frame.token),
    ack: (frame) => {
      const said = waiting.find((one) => one.id === frame.client_msg_id);
      waiting = waiting.filter((one) => one.id !== frame.client_msg_id);
      keep("waiting", waiting);
      if (said) show(said.id, "in", said.text, "", new Date().toISOString());
    },
    nack: (frame) => setTimeout(() => {
      const said = waiting.find((one) => one.id === frame.client_msg_id);
      if (said) send({ type: "message", client_msg_id: said.id, text: said.text });
    }, frame.retry_s * 1000),
    message: (frame) => {
      const own = frame.direction === "in";
      show(own ? frame.client_msg_id : frame.id, frame.direction, frame.text, frame.author, frame.at, frame.files);
      last = frame.id;
      if (!own) state.textContent = WORDS.online;
      if (!own) send({ type: "seen", message_ids: [frame.id], state: document.hidden ? "delivered" : "read" });
    },
    gone: (frame) => {
      const item = shown.get(frame.id);
      if (item) item.remove();
      shown.delete(frame.id);
    },
    answering: () => {
      state.textContent = WORDS.answering;
      clearTimeout(answering);
      answering = setTimeout(() => { state.textContent = WORDS.online; }, 6000);
    },
    caught_up: () => {
      caughtUp = true;
      for (const one of waiting) send({ type: "message", client_msg_id: one.id, text: one.text });
    },
    pong: () => { pings = 0; },
  };

  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/chat/${inbox}/ws`);
    caughtUp = false;
    pings = 0;
    socket.onopen = () => {
      failures = 0;
      state.textContent = WORDS.online;
      send({ type: "hello", token: kept("token", ""), after: last });
    };
    socket.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      if (act[frame.type]) act[frame.type](frame);
    };
    socket.onclose = () => {
      clearTimeout(answering);
      state.textContent = WORDS.offline;
      failures += 1;
      const span = Math.min(30000, 1000 * 2 ** Math.min(failures, 6));
      setTimeout(connect, span / 2 + Math.random() * span / 2);
    };
  };

  setInterval(() => {
    if (pings > 1 && socket) socket.close();
    pings += 1;
    send({ type: "ping" });
  }, 20000);

  document.getElementById("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    typingUntil = 0;
    say(text);
  });
  field.addEventListener("keydown", (event) => {
    // an input method's Enter chooses a word
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      document.getElementById("say").requestSubmit();
    }
  });
  field.addEventListener("input", () => {
    if (caughtUp && Date.now() > typingUntil) {
      typingUntil = Date.now() + 4000;
      send({ type: "typing", typing: true });
    }
  });
  for (const one of waiting) show(one.id, "in waiting", one.text, "", "");
  connect();
})();
