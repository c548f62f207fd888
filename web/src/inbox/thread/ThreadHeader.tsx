import { IconCheck, IconChevronDown, IconChevronLeft, IconChevronUp, IconLayoutSidebarRight, IconRotate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { isOpen } from "../../app/scope";
import { useMay } from "../../app/useMay";
import { Avatar } from "../../parts/Avatar";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { Kbd } from "../../parts/Kbd";
import { useOthers } from "../../realtime/usePresence";
import { useInbox } from "../InboxContext";
import { useScopeName } from "../list/useScopeName";
import { isFinal } from "../status";
import { useNeighbours } from "../useNeighbours";
import { SnoozeButton } from "../time/SnoozeButton";
import { MoreMenu } from "./MoreMenu";
import { useTicketCommands } from "./useTicketCommands";

function Viewers({ ticket }: { ticket: string }) {
  const { t } = useTranslation();
  const others = useOthers(ticket);
  const busy = others.find((one) => one.mode === "replying") ?? others[0];
  if (!busy) return null;
  return (
    <span className="row viewers" role="status">
      <Avatar name={busy.name} />
      <span className="cut">{t(busy.mode === "replying" ? "presence.replying" : "presence.viewing", { name: busy.name })}</span>
    </span>
  );
}

function SolveButton({ ticket, solve }: { ticket: Ticket; solve: () => void }) {
  const { t } = useTranslation();
  const open = isOpen(ticket);
  const words = t(open ? "ticket.solve" : "ticket.reopen");
  return (
    <button type="button" className="btn sm solve" onClick={solve} aria-label={words} aria-keyshortcuts="e">
      <Glyph of={open ? IconCheck : IconRotate} />
      <span className="wide">{words}</span>
      <Kbd>E</Kbd>
    </button>
  );
}

export function ThreadHeader({ ticket }: { ticket: Ticket | undefined }) {
  const { t } = useTranslation();
  const { layout } = useInbox();
  const { position, count, next, previous, goNext, goPrevious, goBack } = useNeighbours();
  const mayChange = useMay()("change");
  const { solve } = useTicketCommands(ticket);
  const list = useScopeName();
  const total = Math.max(list.count ?? 0, count);
  const place = position >= 0 ? t("thread.position", { at: position + 1, count: total }) : null;
  const title = layout.phone ? (ticket?.contact.name ?? "") : ticket?.subject || t("ticket.noSubject");
  return (
    <header className="top">
      {/* The list is not there to say where one is. */}
      {layout.phone ? <h1 className="sr">{list.name}</h1> : null}
      {layout.phone ? <IconButton icon={IconChevronLeft} label={t("thread.back")} onClick={goBack} className="lead" /> : null}
      <div className="grow">
        <h2 className="cut">{ticket ? title : "\u00a0"}</h2>
        <div className="meta row num">
          {ticket ? <span className="cut">#{ticket.number}{layout.phone ? ` · ${ticket.subject}` : place ? ` · ${place}` : null}</span> : null}
          {ticket ? <Viewers ticket={ticket.id} /> : null}
        </div>
      </div>
      {layout.phone ? null : (
        <span className="row tight">
          <IconButton icon={IconChevronUp} label={t("thread.previous")} onClick={goPrevious} disabled={!previous} aria-keyshortcuts="k" />
          <IconButton icon={IconChevronDown} label={t("thread.next")} onClick={goNext} disabled={!next} aria-keyshortcuts="j" />
        </span>
      )}
      {mayChange && ticket && !isFinal(ticket.status) && !ticket.merged_into ? <SnoozeButton ticket={ticket} /> : null}
      {ticket ? <MoreMenu ticket={ticket} /> : null}
      <IconButton icon={IconLayoutSidebarRight} label={t("panel.toggle")} onClick={layout.togglePanel} aria-keyshortcuts="." aria-pressed={layout.panelInline || layout.panelOpen} />
      {mayChange && ticket && !isFinal(ticket.status) ? <SolveButton ticket={ticket} solve={solve} /> : null}
    </header>
  );
}
