import { useTranslation } from "react-i18next";

import { useEvents } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { useNow } from "../../app/now";
import { daysSince, useFormat } from "../../i18n/format";
import { useEventWords } from "../useEventWords";

/** Who did what, newest first. */
export function Activity({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useEventWords();
  const now = useNow(60_000);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useEvents(ticket.id);
  const lines = (data?.pages.flatMap((page) => page.items) ?? []).flatMap((event) => {
    const text = words(event);
    return text ? [{ id: event.id, at: event.at, text }] : [];
  });
  return (
    <section aria-label={t("panel.activity")}>
      <h3>{t("panel.activity")}</h3>
      {error ? (
        <p className="meta">{t("panel.activityFailed")} <button type="button" className="link" onClick={() => void refetch()}>{t("error.retry")}</button></p>
      ) : null}
      <ul className="acts">
        {lines.map(({ id, at, text }) => (
          <li key={id}>
            <span className="grow">{text}</span>
            <time className="num" dateTime={at} title={format.dateTime(at)}>
              {daysSince(at, now) > 0 ? t("wait.short.days", { count: daysSince(at, now) }) : format.time(at)}
            </time>
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <button type="button" className="link meta" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("panel.more")}</button>
      ) : null}
    </section>
  );
}
