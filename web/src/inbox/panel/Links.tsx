import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconHourglass, IconX } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { keys } from "../../api/keys";
import type { LinkKind, Ticket, TicketRef } from "../../api/types";
import { linkTickets, unlinkTickets } from "../../api/work";
import { pathOf } from "../../app/scope";
import { useMay } from "../../app/useMay";
import { useToast } from "../../app/ToastProvider";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";
import { renewEvents } from "../../realtime/renew";
import { useStarters } from "../../start/Start";
import { openChild } from "../../start/store";

const LinkDialog = lazy(() => import("./LinkDialog"));
const TOAST_MS = 6_000;

function useLinks(ticket: Ticket) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const toast = useToast();
  const outcome = {
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
      renewEvents(cache, ticket.id);
    },
    onError: (error: Error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  };
  const add = useMutation({ mutationFn: ({ kind, target }: { kind: LinkKind; target: string }) => linkTickets(ticket.id, kind, target), ...outcome });
  const drop = useMutation({ mutationFn: (link: string) => unlinkTickets(ticket.id, link), ...outcome });
  return { add, drop };
}

/** Tickets that belong to this one: its parent and children, what it repeats, what caused it. */
export function Links({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const { add, drop } = useLinks(ticket);
  const mayChange = useMay()("change");
  const starters = useStarters().length > 0;
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const named = (one: TicketRef) => `#${one.number}`;
  const waits = [
    ...(ticket.waits_for.length > 0 ? [t("links.waitsFor", { count: ticket.waits_for.length, names: format.list(ticket.waits_for.map(named)) })] : []),
    ...(ticket.blocks ? [t("links.blocks", { name: named(ticket.blocks) })] : []),
  ];
  if (!mayChange && ticket.links.length === 0) return null;
  return (
    <section aria-label={t("links.title")}>
      <h3>{t("links.title")}</h3>
      {waits.map((words) => <p key={words} className="meta waits"><Glyph of={IconHourglass} size="s" />{words}</p>)}
      <ul className="rel linked">
        {ticket.links.map((one) => (
          <li key={one.id}>
            <Link to={pathOf(scope, one.ticket.id)}>
              <span className="meta">{t(`links.kind.${one.kind}`)}</span>
              <span className="meta num">#{one.ticket.number}</span>
              <span className="cut grow">{one.ticket.subject}</span>
              <span className="meta">{t(`status.${one.ticket.status}`)}</span>
            </Link>
            {mayChange ? <button type="button" aria-label={t("links.remove", { number: one.ticket.number })} onClick={() => drop.mutate(one.id)}><Glyph of={IconX} size="xs" /></button> : null}
          </li>
        ))}
      </ul>
      {mayChange ? (
        <p className="row wrap">
          <button type="button" className="link meta" onClick={() => setOpen(true)}>{t("links.add")}</button>
          {starters && !ticket.merged_into ? <button type="button" className="link meta" onClick={() => openChild(ticket)}>{t("links.child")}</button> : null}
        </p>
      ) : null}
      <Suspense>
        {open ? (
          <LinkDialog
            ticket={ticket}
            onClose={() => setOpen(false)}
            onPick={(kind, target) => {
              setOpen(false);
              add.mutate({ kind, target });
            }}
          />
        ) : null}
      </Suspense>
    </section>
  );
}
