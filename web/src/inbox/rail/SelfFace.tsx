import { useTranslation } from "react-i18next";
import type { ComponentPropsWithRef } from "react";

import { useMe } from "../../api/queries";
import { useMyState } from "../../presence/usePresence";
import { connection, useStore } from "../../realtime/stores";

/** Oneself and whether the line is alive; the button of a menu that comes after the list. */
export function SelfFace(props: ComponentPropsWithRef<"button">) {
  const { t } = useTranslation();
  const me = useMe();
  const state = useMyState();
  const { phase } = useStore(connection);
  return (
    <button type="button" {...props} className="self">
      <span className="avatar m me" aria-hidden="true">
        {me.initials}
        <span className={`on ${phase} ${state ?? ""}`} />
      </span>
      <span className="grow">
        <span className="cut strong block">{me.name}</span>
        <span className="meta cut block">{phase === "live" && state && state !== "offline" ? `${t(`presence.${state}`)} · ` : null}<span>{t(`live.${phase}`)}</span></span>
      </span>
    </button>
  );
}
