import { IconAlertCircle, IconPlus, IconStar, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useSavedViews } from "../../api/queries";
import { Glyph } from "../../parts/Glyph";
import { saidOrSame } from "../../i18n/said";
import { IconButton } from "../../parts/IconButton";
import { editView } from "../../views/store";
import { RailLink } from "./RailLink";

/** Saved views: a star is mine, people are my team's; one that cannot be asked any more says so. */
export function SavedLinks() {
  const { t } = useTranslation();
  const { data: saved } = useSavedViews();
  return (
    <>
      <div className="head">
        <h2 id="rail-saved">{t("rail.saved")}</h2>
        <IconButton icon={IconPlus} label={t("views.new")} className="tiny" onClick={() => editView({ kind: "new" })} />
      </div>
      <ul aria-labelledby="rail-saved">
        {saved?.map((view) => (
          <RailLink key={view.id} to={{ kind: "saved", key: view.id }} icon={view.reach === "personal" ? IconStar : IconUsers} name={view.name} count={view.count}>
            {view.broken ? (
              <span className="late-t" title={saidOrSame(view.broken.reason)}>
                <Glyph of={IconAlertCircle} size="s" />
                <span className="sr">{t("views.broken", { why: saidOrSame(view.broken.reason) })}</span>
              </span>
            ) : null}
          </RailLink>
        ))}
      </ul>
    </>
  );
}
