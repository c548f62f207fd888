import { useEffect, useRef, useState } from "react";

import type { Draft, Mode, ReplyBody, Ticket } from "../../api/types";
import { useMyPreferences } from "../../app/myPreferences";
import { useMay } from "../../app/useMay";
import { useCommand } from "../../keys/useCommand";
import { Store, useStore } from "../../realtime/stores";
import { useShowAnswering, useShowPresence } from "../../realtime/usePresence";
import { useAnswering } from "../AnsweringContext";
import { useNeighbours } from "../useNeighbours";
import { shownUploads } from "./letter";
import { draftOf } from "./LiveDraft";
import type { Chord, Pen } from "./pen";
import { useConversation } from "./useConversation";
import { useNewer, useNewestIn } from "./useNewer";
import { useSend, type Then } from "./useSend";
import { useUploads } from "./useUploads";

export type ComposerState = ReturnType<typeof useComposer>;
type Edit = Partial<Pick<Draft, "text" | "html" | "cc" | "bcc">>;
export type Template = NonNullable<ReplyBody["template"]>;

const NOBODY: string[] = [];

/** Everything the composer knows: two drafts that never mix, where the answer goes, and what stands in its way. */
export function useComposer(ticket: Ticket) {
  const may = useMay();
  const modes: Mode[] = [...(may("reply") ? ["reply" as const] : []), ...(may("note") ? ["note" as const] : [])];
  const [mode, setMode] = useState<Mode>(modes[0] ?? "reply");
  const [warned, setWarned] = useState(false);
  const [choices, setChoices] = useState<readonly string[]>([]);
  const [caret] = useState(() => new Store(""));
  const pen = useRef<Pen>(null);
  const draft = draftOf(ticket.id, mode);
  const reply = draftOf(ticket.id, "reply");
  const view = useStore(draft.view);
  const replyView = useStore(reply.view);
  const uploads = useUploads();
  const { goOn } = useNeighbours();
  const { answering, answer } = useAnswering();

  useEffect(() => {
    void draft.load();
    return () => draft.flush();
  }, [draft]);

  const newestIn = useNewestIn(ticket.id);
  const { seen, newer, accept } = useNewer(newestIn, replyView.text.trim() !== "");
  const { conversation, capabilities, mail, everyone } = useConversation(ticket, replyView.conversation_id, newestIn);
  const sending = useSend(ticket, () => setWarned(true));
  const busy = sending.reply.isPending || sending.note.isPending;
  useShowPresence(ticket.id, replyView.text.trim() ? "replying" : "viewing");
  useShowAnswering(conversation && !mail ? conversation.id : null, replyView.text);

  const anyway = newer !== undefined || warned;
  useEffect(() => setWarned(false), [seen]);

  const write = (to: Mode) => {
    setMode(to);
    // At once: the next key pressed is already a word, and must not be taken for a shortcut.
    pen.current?.focus();
  };
  useCommand("reply", () => write("reply"), may("reply"));
  useCommand("note", () => write("note"), may("note"));
  useEffect(() => {
    if (answering) pen.current?.focus();
  }, [answering]);

  const wish = useMyPreferences().data?.send_action ?? "send";
  const mayChange = may("change");
  const usual: Then = wish === "send" || !mayChange ? null : wish;
  const { text, html } = view;
  const tooLong = mode === "reply" && capabilities?.max_chars != null && text.length > capabilities.max_chars;
  const closed = mode === "reply" && !(conversation?.can_reply ?? false);
  const ready = !busy && !closed && !tooLong && !uploads.busy && (text.trim() !== "" || shownUploads(html).length > 0);

  const afterReply = (then: Then) => {
    uploads.clear();
    setChoices([]);
    answer(null);
    accept();
    setWarned(false);
    if (then === "solved") goOn();
  };
  const sendReply = (then: Then, more: Partial<ReplyBody> = {}) => {
    if (!conversation) return;
    const rich = capabilities?.html ? html : null;
    const body: ReplyBody = {
      conversation_id: conversation.id, text, html: rich, upload_ids: [...new Set([...uploads.ids, ...shownUploads(rich)])],
      cc: capabilities?.cc ? (replyView.cc ?? NOBODY) : [], bcc: capabilities?.cc ? (replyView.bcc ?? NOBODY) : [],
      quick_replies: capabilities?.quick_replies ? [...choices] : [], reply_to: answering?.conversation_id === conversation.id ? answering.id : null,
      template: null, seen_message_id: seen, send_anyway: anyway, then, ...more,
    };
    sending.reply.mutate(body, { onSuccess: () => afterReply(then) });
  };
  const send = (then: Then = null) => {
    if (!ready) return;
    if (mode === "note") sending.note.mutate(text);
    else sendReply(then);
  };
  const act = (chord: Chord) => {
    if (chord === "leave") pen.current?.element()?.blur();
    else if (chord === "send") send(usual);
    else if (chord !== null && mayChange) send(chord);
  };

  return {
    mode, modes, mayChange, setMode: write, pen, caret, text, html, epoch: view.epoch, draftState: view.state, capabilities, conversation, uploads, newer, accept, anyway,
    busy, ready, closed, tooLong, mail, everyone, cc: replyView.cc ?? NOBODY, bcc: replyView.bcc ?? NOBODY, choices, setChoices, answering, answer,
    rich: mode === "reply" && (capabilities?.html ?? false),
    edit: (change: Edit) => draft.edit({ ...change, conversation_id: mode === "reply" ? (conversation?.id ?? null) : null }),
    choose: (id: string) => reply.edit({ conversation_id: id }),
    send, act, usual,
    sendLater: (at: Date, unless: boolean) => {
      if (ready) sendReply(null, { send_at: at.toISOString(), unless_they_write: unless });
    },
    sendTemplate: (words: string, template: Template) => sendReply(null, { text: words, html: null, template, upload_ids: [], quick_replies: [], reply_to: null }),
  };
}
