// An SMSC for tests, on a free port of loopback. It prints one JSON line for each thing that happens
// and takes one JSON command a line, each answered by {"done": true}: {"deliver": [...]},
// {"hangup": true}, {"statuses": [...]}, {"silent": true}.
"use strict";
const readline = require("node:readline");
const smpp = require("smpp");

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const receivers = new Set();
let statusOfNext = [];
let silent = false;

const server = smpp.createServer((session) => {
  session.on("error", () => {});
  session.on("close", () => receivers.delete(session));
  session.on("pdu", (pdu) => {
    if (pdu.command.startsWith("bind_")) {
      const let_in = pdu.system_id === "halden" && pdu.password === "s3cret";
      session.send(pdu.response(let_in ? { system_id: "smsc" } : { command_status: smpp.ESME_RINVPASWD }));
      if (let_in && pdu.command !== "bind_transmitter") receivers.add(session);
      say({ bound: pdu.command, let_in });
    } else if (pdu.command === "submit_sm") {
      const status = statusOfNext.shift() ?? 0;
      say({
        submitted: {
          to: pdu.destination_addr,
          from: pdu.source_addr,
          ton: pdu.source_addr_ton,
          coding: pdu.data_coding,
          text: pdu.short_message.message,
          udh: pdu.short_message.udh ? pdu.short_message.udh[0].toString("hex") : "",
          receipt: pdu.registered_delivery,
        },
      });
      if (silent) return;
      session.send(pdu.response({ command_status: status, message_id: status ? "" : `00${pdu.sequence_number}AB` }));
    } else if (pdu.command === "enquire_link" || pdu.command === "unbind") {
      session.send(pdu.response());
    } else if (pdu.command === "deliver_sm_resp") {
      say({ acknowledged: pdu.sequence_number });
    }
  });
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  if (asked.statuses) statusOfNext = asked.statuses;
  if (asked.silent !== undefined) silent = asked.silent;
  for (const session of receivers) {
    if (asked.hangup) session.destroy();
    for (const one of asked.deliver ?? []) {
      const message = one.udh ? { udh: Buffer.from(one.udh, "hex"), message: one.text } : one.text;
      session.deliver_sm({ ...one.fields, short_message: message });
    }
  }
  say({ done: true });
});

server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
process.stdin.on("end", () => process.exit(0));
