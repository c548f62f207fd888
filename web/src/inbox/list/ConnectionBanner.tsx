import { IconWifi, IconWifiOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { useDelayed } from "../../parts/useDelayed";
import { connection, useStore } from "../../realtime/stores";

/** A blink of the line is nobody's business; this long is. */
const GRACE_MS = 2_500;
const BACK_MS = 5_000;

/** True for a while after an outage that was shown. */
function useJustBack(away: boolean): boolean {
  const wasAway = useRef(false);
  const [back, setBack] = useState(false);
  useEffect(() => {
    if (away) {
      wasAway.current = true;
      setBack(false);
      return;
    }
    if (!wasAway.current) return;
    wasAway.current = false;
    setBack(true);
    const timer = setTimeout(() => setBack(false), BACK_MS);
    return () => clearTimeout(timer);
  }, [away]);
  return back;
}

export function ConnectionBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, since } = useStore(connection);
  const away = useDelayed(phase === "offline", GRACE_MS);
  const back = useJustBack(away);
  return (
    <div role="status">
      {away && since ? (
        <div className="net warn">
          <Glyph of={IconWifiOff} />
          <span>
            <b>{t("live.since", { time: format.time(since.toISOString()) })}</b> {t("live.keeps")}
          </span>
        </div>
      ) : null}
      {back && !away ? (
        <div className="net ok">
          <Glyph of={IconWifi} />
          {t("live.back")}
        </div>
      ) : null}
    </div>
  );
}
