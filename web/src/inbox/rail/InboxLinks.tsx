import { useTranslation } from "react-i18next";

import { useInboxes } from "../../api/queries";
import { channelIcon } from "../../parts/channels";
import { RailLink } from "./RailLink";

/** Inboxes, with a dot only where one is not well: words for it stand in the name. */
export function InboxLinks() {
  const { t } = useTranslation();
  const { data: inboxes } = useInboxes();
  const active = inboxes?.filter((inbox) => inbox.active) ?? [];
  if (active.length === 0) return null;
  return (
    <>
      <h2 id="rail-inboxes">{t("rail.inboxes")}</h2>
      <ul aria-labelledby="rail-inboxes">
        {active.map((inbox) => (
          <RailLink key={inbox.id} to={{ kind: "inbox", key: inbox.id }} icon={channelIcon(inbox.channel)} name={inbox.name} count={inbox.open_count}>
            {inbox.health === "degraded" ? (
              <span className="dot warn" title={inbox.health_detail || t("rail.degraded")}>
                <span className="sr">{t("rail.degraded")}</span>
              </span>
            ) : null}
          </RailLink>
        ))}
      </ul>
    </>
  );
}
