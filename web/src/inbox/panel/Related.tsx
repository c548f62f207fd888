import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { joinTicket } from "../../api/calls";
import type { Ticket, TicketRef } from "../../api/types";
import { pathOf } from "../../app/scope";
import { useMay } from "../../app/useMay";
import { useToast } from "../../app/ToastProvider";
import { refetchAll } from "../../realtime/apply";
import { useNeighbours } from "../useNeighbours";
import { useInbox } from "../InboxContext";

const TOAST_MS = 6_000;

function RefLine({ to }: { to: TicketRef }) {
  const { t } = useTranslation();
  const { scope } = useInbox();
  return (
    <li>
      <Link to={pathOf(scope, to.id)}>
        <span className="meta num">#{to.number}</span>
        <span className="cut grow">{to.subject}</span>
        <span className="meta">{t(`status.${to.status}`)}</span>
      </Link>
    </li>
  );
}

/** The same person has another open ticket: an offer to make one of both, asked twice because it cannot be undone. */
function Suggestion({ ticket, target }: { ticket: Ticket; target: TicketRef }) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const cache = useQueryClient();
  const toast = useToast();
  const { goTo } = useNeighbours();
  const join = useMutation({
    mutationFn: () => joinTicket(ticket.id, target.id),
    onSuccess: (joined) => {
      refetchAll(cache, true);
      goTo(joined.id);
    },
    onError: (error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
  return (
    <div className="suggest">
      <ul className="rel"><RefLine to={target} /></ul>
      <p className="meta">{t("related.suggested")}</p>
      <button type="button" className="btn sm" disabled={join.isPending} onClick={() => (sure ? join.mutate() : setSure(true))}>
        {t(sure ? "related.joinSure" : "related.join", { number: target.number })}
      </button>
    </div>
  );
}

export function Related({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const mayJoin = useMay()("join");
  const { follow_up_of: before, follow_ups: after, suggested } = ticket;
  const refs = [...(before ? [before] : []), ...after];
  if (refs.length === 0 && !(suggested && mayJoin)) return null;
  return (
    <section aria-label={t("related.title")}>
      <h3>{t("related.title")}</h3>
      {refs.length > 0 ? <ul className="rel">{refs.map((one) => <RefLine key={one.id} to={one} />)}</ul> : null}
      {suggested && mayJoin ? <Suggestion ticket={ticket} target={suggested} /> : null}
    </section>
  );
}
