import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { findAssets, listTicketAssets } from "../../api/work";
import type { Ticket } from "../../api/types";
import { useFieldHold } from "../../app/useMay";
import { useFormat } from "../../i18n/format";
import { FindField } from "../../parts/FindField";
import { Glyph } from "../../parts/Glyph";
import { useChangeTicket } from "../useChangeTicket";

const MOST = 50;

/** Things that the ticket is about, found by name or serial number; nothing where the site keeps none. */
export function Assets({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useChangeTicket();
  const hold = useFieldHold()("asset_ids");
  const [text, setText] = useState<string | null>(null);
  const ids = ticket.asset_ids;
  const { data, error, refetch } = useQuery({
    queryKey: ["ticket-assets", ticket.id, ids],
    queryFn: ({ signal }) => listTicketAssets(ticket.id, signal),
    enabled: ids.length > 0 && hold !== "hidden",
    placeholderData: keepPreviousData,
  });
  const { data: some } = useQuery({ queryKey: ["any-assets"], queryFn: ({ signal }) => findAssets("", signal), staleTime: 300_000, enabled: hold === null });
  const mayAdd = hold === null && ids.length < MOST && (some?.items.length ?? 0) > 0;
  if (hold === "hidden" || (ids.length === 0 && !mayAdd)) return null;
  const put = (asset_ids: string[]) => change.mutate({ id: ticket.id, patch: { asset_ids, version: ticket.version } });
  const shown = (data?.items ?? []).filter((one) => ids.includes(one.id));
  return (
    <section aria-label={t("assets.title")}>
      <h3>{t("assets.title")}</h3>
      {error ? <p className="meta">{t("assets.failed")} <button type="button" className="link" onClick={() => void refetch()}>{t("error.retry")}</button></p> : null}
      <ul className="rel linked">
        {shown.map((one) => (
          <li key={one.id}>
            <span className="cut grow" dir="auto" title={one.warranty_until ? t("assets.warranty", { date: format.day(`${one.warranty_until}T12:00:00`, new Date()) }) : undefined}>{one.name || one.serial}</span>
            <span className="meta cut">{one.name ? one.serial : one.type}</span>
            {hold === null ? <button type="button" aria-label={t("assets.remove", { name: one.name || one.serial })} onClick={() => put(ids.filter((id) => id !== one.id))}><Glyph of={IconX} size="xs" /></button> : null}
          </li>
        ))}
      </ul>
      {!mayAdd ? null : text === null ? (
        <button type="button" className="link meta" onClick={() => setText("")}>{t("assets.add")}</button>
      ) : (
        <FindField
          begin
          label={t("assets.find")}
          name="asset"
          value={text}
          onChange={setText}
          find={async (q, signal) => (await findAssets(q, signal)).items.filter((one) => !ids.includes(one.id)).map((one) => ({ id: one.id, label: one.name || one.serial, hint: one.name ? one.serial : one.type }))}
          onPick={(one) => {
            setText(null);
            put([...ids, one.id]);
          }}
          onEscape={() => setText(null)}
        />
      )}
    </section>
  );
}
