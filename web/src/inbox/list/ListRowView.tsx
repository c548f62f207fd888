import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { PriorityFlag } from "../../parts/PriorityFlag";
import { WaitingTime } from "../../parts/WaitingTime";
import { typing, useStore } from "../../realtime/stores";
import { Marked } from "./Marked";
import type { ListRow } from "./membership";
import { RowOwner } from "./RowOwner";
import { RowState } from "./RowState";
import { RowTick } from "./RowTick";

interface Props {
  one: ListRow;
  path: string;
  at: number;
  top: number;
  open: boolean;
  /** The row that Tab reaches; arrows go on from it. */
  entry: boolean;
  chosen: boolean;
  choose: (id: string, stretch: boolean) => void;
  me: string;
  now: Date;
}

/** One ticket: who and how long at the left, how urgent and whose at the right. */
export const ListRowView = memo(function ListRowView({ one, path, at, top, open, entry, chosen, choose, me, now }: Props) {
  const { t } = useTranslation();
  const typist = useStore(typing).get(one.row.id);
  const { row, found } = one;
  return (
    <div
      className={`conv${row.unread ? " unread" : ""}${open ? " open" : ""}`}
      role="row"
      aria-rowindex={at + 1}
      aria-selected={chosen}
      data-at={at}
      style={{ transform: `translateY(${top}px)` }}
    >
      <RowTick row={row} chosen={chosen} choose={choose} focusable={entry} />
      <div role="gridcell" className="what">
        <div className="l1">
          <Link className="who cut" to={path} tabIndex={entry ? 0 : -1} aria-current={open ? "true" : undefined}>
            {row.unread ? <span className="sr">{t("list.unread")} </span> : null}
            {row.contact.name}
          </Link>
          <PriorityFlag priority={row.priority} />
          {row.waiting_since ? <WaitingTime since={row.waiting_since} now={now} /> : null}
          <span className="grow" />
          <RowState row={row} />
        </div>
        <div className="l2">
          {typist ? (
            <span className="cut grow typing">{t("list.typing", { name: typist })}</span>
          ) : (
            <span className="cut grow">
              <b>{row.subject || t("ticket.noSubject")}</b>
              {found ? <> · <Marked text={found.text} marks={found.marks} /></> : row.snippet ? ` · ${row.snippet}` : null}
            </span>
          )}
        </div>
      </div>
      <RowOwner row={row} me={me} focusable={entry} />
    </div>
  );
});
