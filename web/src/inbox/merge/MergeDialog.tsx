import { IconArrowMerge, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket, TicketRef } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { Kbd } from "../../parts/Kbd";
import { CHORDS } from "../../parts/platform";
import { MergeResult } from "./MergeResult";
import { TicketPicker } from "./TicketPicker";
import { useMerge } from "./useMerge";
import "../time/when.css";
import "./merge.css";

function Keep({ ticket, checked, onKeep }: { ticket: TicketRef; checked: boolean; onKeep: () => void }) {
  const { t } = useTranslation();
  return (
    <label className="keep">
      <input type="radio" name="keep" checked={checked} onChange={onKeep} />
      <span className="grow">
        <b>{t("merge.keep", { number: ticket.number })}</b>
        <span className="block cut-2">{ticket.subject}</span>
        <span className="meta">{t(`status.${ticket.status}`)}</span>
      </span>
    </label>
  );
}

/** Both sides, the result and what moves, before anything happens. */
export default function MergeDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useTranslation();
  const [other, setOther] = useState<TicketRef | null>(null);
  const { keepOther, setKeepOther, choose, preview, plan, merge } = useMerge(ticket, other, onClose);
  const ready = plan !== undefined && !preview.isError && !preview.isPlaceholderData && !merge.isPending;
  return (
    <Dialog open onClose={onClose} label={t("merge.title")} side="middle">
      <form
        className="merge"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) merge.mutate();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <header>
          <h2 className="grow">{t("merge.title")}</h2>
          <IconButton icon={IconX} label={t("action.close")} onClick={onClose} />
        </header>
        <div className={other ? "merge-body two" : "merge-body"}>
          {other ? (
            <div className="sides" role="radiogroup" aria-label={t("merge.which")}>
              <Keep ticket={other} checked={keepOther} onKeep={() => setKeepOther(true)} />
              <Keep ticket={ticket} checked={!keepOther} onKeep={() => setKeepOther(false)} />
              <button type="button" className="link meta" onClick={() => setOther(null)}>{t("merge.another")}</button>
            </div>
          ) : (
            <TicketPicker ticket={ticket} onPick={setOther} />
          )}
          {preview.error ? <p className="notice bad" role="alert">{preview.error.message}</p> : null}
          {other && plan ? <MergeResult plan={plan} choose={choose} /> : null}
        </div>
        <footer>
          <span className="meta grow">{t("merge.safe")}</span>
          <button type="button" className="btn" onClick={onClose}>{t("action.cancel")}</button>
          <button type="submit" className="btn primary" aria-disabled={!ready}>
            <Glyph of={IconArrowMerge} />
            {plan ? t("merge.into", { number: plan.target.number }) : t("merge.open")} <Kbd>{CHORDS.send}</Kbd>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
