import { IconBell } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../parts/Glyph";
import { useStore } from "../realtime/stores";
import { noticesOpen, unread } from "./store";

const MOST = 99;

export function NoticeBell() {
  const { t } = useTranslation();
  const count = useStore(unread);
  const name = count > 0 ? t("notices.bellUnread", { count }) : t("settings.notices");
  return (
    <button type="button" className="icon-btn bell" aria-label={name} title={name} onClick={() => noticesOpen.set(true)}>
      <Glyph of={IconBell} />
      {count > 0 ? <em aria-hidden="true">{count > MOST ? `${MOST}+` : count}</em> : null}
    </button>
  );
}
