import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Schemas, Ticket } from "../../api/types";
import { useTimeline } from "../../api/workQueries";
import { pathOf } from "../../app/scope";
import { useFormat } from "../../i18n/format";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { ErrorPane } from "../../parts/ErrorPane";
import { useInbox } from "../InboxContext";

function Entry({ one, open }: { one: Schemas["TimelineItem"]; open: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { scope } = useInbox();
  const ticket = one.ticket?.id ?? one.message?.ticket_id ?? "";
  const channel = one.message?.channel ?? one.ticket?.channel ?? "";
  const words = one.message ? one.message.reply_text || one.message.text : one.ticket ? `#${one.ticket.number} ${one.ticket.subject}` : "";
  return (
    <li className={one.kind === "ticket" ? "strong" : ""}>
      <Link to={pathOf(scope, ticket)} aria-current={ticket === open ? "true" : undefined}>
        <ChannelGlyph channel={channel} size="s" />
        <span className="grow">
          <span className="cut-2" dir="auto">{words}</span>
          <span className="meta">{one.message ? `${one.message.author.name} · ` : `${t(`status.${one.ticket?.status ?? "open"}`)} · `}{format.dateTime(one.at)}</span>
        </span>
      </Link>
    </li>
  );
}

/** Everything that this person and we have said to each other, on all channels that the agent may see. */
export function History({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { data, error, refetch, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useTimeline(ticket.contact.id, true);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (error && items.length === 0) return <ErrorPane what="ticket" error={error} retry={() => void refetch()} />;
  return (
    <section aria-label={t("panel.history")} aria-busy={isPending}>
      <ul className="timeline">{items.map((one) => <Entry key={`${one.kind} ${one.message?.id ?? one.ticket?.id ?? one.at}`} one={one} open={ticket.id} />)}</ul>
      {hasNextPage ? <button type="button" className="link meta" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("panel.more")}</button> : null}
    </section>
  );
}
