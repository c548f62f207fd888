import { useEffect, useRef, useState } from "react";

import { useInboxes } from "../../api/queries";
import type { Mode, Ticket } from "../../api/types";
import { useCommand } from "../../keys/useCommand";
import { useStore } from "../../realtime/stores";
import { useShowPresence } from "../../realtime/usePresence";
import { useNeighbours } from "../useNeighbours";
import { usualConversation } from "./choice";
import { draftOf } from "./LiveDraft";
import { useNewer, useNewestIn } from "./useNewer";
import { useSend, type Then } from "./useSend";
import { useUploads } from "./useUploads";

export type ComposerState = ReturnType<typeof useComposer>;

/** Everything the composer knows: two drafts that never mix, where the answer goes, and what stands in its way. */
export function useComposer(ticket: Ticket) {
  const [mode, setMode] = useState<Mode>("reply");
  const [warned, setWarned] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = draftOf(ticket.id, mode);
  const reply = draftOf(ticket.id, "reply");
  const view = useStore(draft.view);
  const replyView = useStore(reply.view);
  const uploads = useUploads();
  const { goOn } = useNeighbours();

  useEffect(() => {
    void draft.load();
    return () => draft.flush();
  }, [draft]);

  const newestIn = useNewestIn(ticket.id);
  const { seen, newer, accept } = useNewer(newestIn, replyView.text.trim() !== "");
  const { data: inboxes } = useInboxes();
  const conversation =
    ticket.conversations.find((one) => one.id === replyView.conversation) ?? usualConversation(ticket.conversations, newestIn);
  const capabilities = inboxes?.find((inbox) => inbox.id === conversation?.inbox_id)?.capabilities;
  const sending = useSend(ticket, () => setWarned(true));
  const busy = sending.reply.isPending || sending.note.isPending;
  useShowPresence(ticket.id, replyView.text.trim() ? "replying" : "viewing");

  const anyway = newer !== undefined || warned;
  useEffect(() => setWarned(false), [seen]);

  const write = (to: Mode) => {
    setMode(to);
    // At once: the next key pressed is already a word, and must not be taken for a shortcut.
    field.current?.focus();
  };
  useCommand("reply", () => write("reply"));
  useCommand("note", () => write("note"));

  const text = view.text;
  const tooLong = mode === "reply" && capabilities?.max_chars != null && text.length > capabilities.max_chars;
  const closed = mode === "reply" && !(conversation?.can_reply ?? false);
  const ready = !busy && !closed && !tooLong && !uploads.busy && text.trim() !== "";

  const send = (then: Then = null) => {
    if (!ready) return;
    if (mode === "note") return sending.note.mutate(text);
    if (!conversation) return;
    sending.reply.mutate(
      { conversation_id: conversation.id, text, html: null, upload_ids: uploads.ids, cc: [], quick_replies: [], reply_to: null, template: null, seen_message_id: seen, send_anyway: anyway, then },
      {
        onSuccess: () => {
          uploads.clear();
          accept();
          setWarned(false);
          if (then === "solved") goOn();
        },
      },
    );
  };

  return {
    mode, setMode: write, field, text, draftState: view.state, capabilities, conversation, uploads, newer, accept, anyway, busy, ready, closed, tooLong,
    edit: (next: string) => draft.edit(next, mode === "reply" ? (conversation?.id ?? null) : null),
    choose: (id: string) => reply.edit(replyView.text, id),
    send,
  };
}
