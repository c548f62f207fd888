import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowsSplit, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMessages } from "../../api/queries";
import type { Message, Ticket } from "../../api/types";
import { previewSplit, splitTicket } from "../../api/work";
import { useToast } from "../../app/ToastProvider";
import { useFormat } from "../../i18n/format";
import { Dialog } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { refetchAll } from "../../realtime/apply";
import { useNeighbours } from "../useNeighbours";
import { useUndoMerge } from "./useMerge";
import "./merge.css";

const TOAST_MS = 6_000;
const UNDO_MS = 20_000;

function useSplit(ticket: Ticket, ids: readonly string[], subject: string, done: () => void) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const { goTo } = useNeighbours();
  const undo = useUndoMerge();
  const body = { message_ids: [...ids], conversation_id: null, from_message_id: null, subject, version: null };
  const preview = useQuery({
    queryKey: ["split-preview", ticket.id, ids],
    queryFn: ({ signal }) => previewSplit(ticket.id, body, signal),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const split = useMutation({
    mutationFn: () => splitTicket(ticket.id, body),
    onSuccess: ({ new: made, merge }) => {
      refetchAll(cache, true);
      done();
      goTo(made.id);
      toast({ tone: "ok", until: Date.now() + UNDO_MS, text: () => t("split.done", { number: made.number }), undo: () => undo.mutate(merge.id) });
    },
    onError: (error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
  return { preview, split };
}

function Line({ message, checked, toggle }: { message: Message; checked: boolean; toggle: () => void }) {
  const format = useFormat();
  return (
    <label className="split-line">
      <input type="checkbox" checked={checked} onChange={toggle} />
      <span className="cut grow"><b>{message.author.name}</b> {message.reply_text || message.text}</span>
      <time className="meta num" dateTime={message.occurred_at}>{format.time(message.occurred_at)}</time>
    </label>
  );
}

/** Some of the messages begin a ticket of their own. */
export default function SplitDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, hasNextPage: more } = useMessages(ticket.id);
  const [ids, setIds] = useState<readonly string[]>([]);
  const [subject, setSubject] = useState(ticket.subject);
  const { preview, split } = useSplit(ticket, ids, subject.trim(), onClose);
  const messages = data?.pages.flatMap((page) => page.items).filter((one) => one.direction !== "act" && one.delivery?.state !== "cancelled").toReversed() ?? [];
  const toggle = (id: string) => setIds(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  const none = messages.length > 0 && ids.length === messages.length && !more;
  const ready = ids.length > 0 && !none && subject.trim() !== "" && preview.isSuccess && !split.isPending;
  return (
    <Dialog open onClose={onClose} label={t("split.title")} side="middle">
      <form
        className="merge"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) split.mutate();
        }}
      >
        <header>
          <h2 className="grow">{t("split.title")}</h2>
          <IconButton icon={IconX} label={t("action.close")} onClick={onClose} />
        </header>
        <div className="merge-body">
          <label className="labelled"><span className="label">{t("split.subject")}</span><input className="input" data-first dir="auto" value={subject} maxLength={500} onChange={(event) => setSubject(event.target.value)} /></label>
          <fieldset className="split-lines">
            <legend className="label">{t("split.which")}</legend>
            {messages.map((one) => <Line key={one.id} message={one} checked={ids.includes(one.id)} toggle={() => toggle(one.id)} />)}
          </fieldset>
          {none || preview.error ? <p className="notice bad" role="alert">{none ? t("split.leaveOne") : preview.error?.message}</p> : null}
        </div>
        <footer>
          <span className="meta grow" role="status">{preview.data && ids.length > 0 ? t("split.plan", { count: preview.data.messages, left: preview.data.left }) : null}</span>
          <button type="button" className="btn" onClick={onClose}>{t("action.cancel")}</button>
          <button type="submit" className="btn primary" aria-disabled={!ready}><Glyph of={IconArrowsSplit} />{t("split.open")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
