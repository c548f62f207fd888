import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { searchTickets } from "../../api/calls";
import type { Ticket, TicketRef } from "../../api/types";

const MOST = 8;

/** Another ticket, by number or words; the same person's is offered first. */
export function TicketPicker({ ticket, onPick }: { ticket: Ticket; onPick: (ref: TicketRef) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const wanted = q.trim();
  const { data, isFetching } = useQuery({
    queryKey: ["merge-search", wanted],
    queryFn: ({ signal }) => searchTickets({ q: wanted, scope: "all" }, signal),
    enabled: wanted.length > 1,
    placeholderData: keepPreviousData,
  });
  const found: TicketRef[] = wanted.length > 1 ? (data?.items ?? []).map((hit) => hit.ticket) : [];
  const offered = ticket.suggested ? [ticket.suggested] : [];
  const list = [...new Map([...(wanted ? found : offered)].map((one) => [one.id, one])).values()].filter((one) => one.id !== ticket.id).slice(0, MOST);
  return (
    <div className="picker">
      <input className="input" type="search" data-first value={q} aria-label={t("merge.find")} placeholder={t("merge.find")} onChange={(event) => setQ(event.target.value)} />
      <ul aria-label={t("merge.found")}>
        {list.map((one) => (
          <li key={one.id}>
            <button type="button" className="when-row" onClick={() => onPick(one)}>
              <span className="meta num">#{one.number}</span>
              <span className="cut grow">{one.subject}</span>
              <span className="meta">{t(`status.${one.status}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      {wanted.length > 1 && list.length === 0 && !isFetching ? <p className="meta" role="status">{t("search.none", { q: wanted })}</p> : null}
    </div>
  );
}
