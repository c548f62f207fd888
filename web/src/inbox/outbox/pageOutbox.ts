import { addNote, readSession, sendReply } from "../../api/calls";
import { browserBox } from "./box";
import { Outbox } from "./Outbox";

const LOCK = "parley-outbox";

/** One for the page. Windows of one browser share the box and take turns. */
export const outbox = new Outbox({
  box: browserBox(),
  reachable: () => readSession().then(() => true, () => false),
  send: (one) => (one.reply ? sendReply(one.ticket, one.key, one.reply) : addNote(one.ticket, one.key, one.text, one.mentions)),
  alone: async (work) => void (await (navigator.locks ? navigator.locks.request(LOCK, work) : work())),
  random: Math.random,
});
