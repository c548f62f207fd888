import { IconBellOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../parts/Glyph";

/** Browsers ask only on a press; once refused, only their own settings help. */
export function DesktopPermission() {
  const { t } = useTranslation();
  const [state, setState] = useState(() => ("Notification" in window ? Notification.permission : "denied"));
  if (state === "granted") return null;
  return (
    <div className="notice">
      <Glyph of={IconBellOff} />
      <span className="grow">{t(state === "denied" ? "notices.refused" : "notices.ask")}</span>
      {state === "default" ? (
        <button type="button" className="btn sm" onClick={() => void Notification.requestPermission().then(setState)}>{t("notices.allow")}</button>
      ) : null}
    </div>
  );
}
