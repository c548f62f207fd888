import { IconAlertCircle, IconAt, IconBell, IconClockPause, IconMessage, IconSettings, IconUserCheck, IconX, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Notice } from "../api/types";
import { useNow } from "../app/now";
import { useFormat } from "../i18n/format";
import { Dialog } from "../parts/Dialog";
import { EmptyState } from "../parts/EmptyState";
import { Glyph } from "../parts/Glyph";
import { IconButton } from "../parts/IconButton";
import { noticesOpen } from "./store";
import { pathTo, useNoticeList, useReadNotices } from "./useNotices";
import { useNoticeWords } from "./useNoticeWords";
import "./notices.css";

const GLYPHS: Record<Notice["kind"], TablerIcon> = {
  mention: IconAt, assigned: IconUserCheck, news: IconMessage, send_failed: IconAlertCircle, woke: IconClockPause, not_sent: IconAlertCircle,
};
const close = () => noticesOpen.set(false);

/** What I should know of, newest first; a press opens its ticket. */
export function NoticeDialog() {
  const { t } = useTranslation();
  const { data } = useNoticeList();
  const read = useReadNotices();
  const items = data?.items ?? [];
  return (
    <Dialog open onClose={close} label={t("settings.notices")} side="left">
      <header className="notices-head">
        <h2 className="grow">{t("settings.notices")}</h2>
        {data && data.unread > 0 ? <button type="button" className="link" onClick={() => read(null)}>{t("notices.readAll")}</button> : null}
        <Link to="/settings/notices" className="icon-btn" aria-label={t("settings.title")} title={t("settings.title")} onClick={close}><Glyph of={IconSettings} /></Link>
        <IconButton icon={IconX} label={t("action.close")} onClick={close} />
      </header>
      {!data ? null : items.length === 0 ? (
        <EmptyState icon={IconBell} title={t("notices.none")} />
      ) : (
        <ul className="notice-list">
          {items.map((notice) => <NoticeLine key={notice.id} notice={notice} read={() => read([notice.id])} />)}
        </ul>
      )}
    </Dialog>
  );
}

function NoticeLine({ notice, read }: { notice: Notice; read: () => void }) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  const format = useFormat();
  const now = useNow();
  const open = () => {
    if (!notice.read) read();
    close();
  };
  return (
    <li className={notice.read ? undefined : "unread"}>
      <Link to={pathTo(notice)} onClick={open}>
        <Glyph of={GLYPHS[notice.kind]} />
        <span className="grow">
          {notice.read ? null : <span className="sr">{t("list.unread")} </span>}
          <span className="what">{words(notice)}</span>
          <span className="meta cut">#{notice.ticket.number} · {notice.ticket.subject || t("ticket.noSubject")}</span>
        </span>
        <time className="meta num" dateTime={notice.at} title={format.dateTime(notice.at)}>{format.soon(notice.at, now)}</time>
      </Link>
    </li>
  );
}
