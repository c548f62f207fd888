import { IconCircleHalf2, IconClockPause, IconDots, IconFlag, IconTag, IconUserPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import { useMay } from "../../app/useMay";
import { useCommand } from "../../keys/useCommand";
import { IconButton } from "../../parts/IconButton";
import { openPalette } from "../../palette/store";
import { useStore } from "../../realtime/stores";
import { useInbox } from "../InboxContext";
import { useChangeMany } from "../useChangeMany";
import { useTargets } from "../useTargets";
import { NONE, selection } from "./selection";
import { useScopeName } from "./useScopeName";

const DEEDS = [
  { step: "assign", icon: IconUserPlus },
  { step: "status", icon: IconCircleHalf2 },
  { step: "priority", icon: IconFlag },
  { step: "tag", icon: IconTag },
  { step: "snooze", icon: IconClockPause },
] as const;

/** What can be done to the ticked tickets; each asks for its value in the palette. */
export function BulkBar() {
  const { t } = useTranslation();
  const { list } = useInbox();
  const { count } = useScopeName();
  const may = useMay();
  const mayBulk = may("bulk");
  const mayChange = may("change");
  const { ids, whole } = useStore(selection);
  const all = ids.size === list.rows.length;
  const targets = useTargets();
  const change = useChangeMany();
  const me = useMe().id;
  // With tickets ticked, the keys of the open one are theirs.
  useCommand("solve", () => change(targets, { status: "solved" }), mayChange);
  useCommand("assignMe", () => change(targets, { assignee_id: me }), mayChange);
  useCommand("snooze", () => openPalette("snooze"), mayChange);
  const turn = () => selection.set(all ? NONE : { ids: new Set(list.rows.map((one) => one.row.id)), anchor: null, whole: false });
  const more = mayBulk && all && list.hasNextPage && !whole;
  return (
    <>
      <div className="sub bulk" role="toolbar" aria-label={t("bulk.label")}>
        <input type="checkbox" checked={all} ref={(box) => { if (box) box.indeterminate = !all; }} onChange={turn} aria-label={t("bulk.all")} />
        <span className="strong num cut" role="status">{whole ? t("bulk.wholeChosen") : t("bulk.chosen", { count: ids.size })}</span>
        <span className="grow" />
        {mayChange ? DEEDS.map(({ step, icon }) => <IconButton key={step} icon={icon} label={t(`keys.${step}`)} onClick={() => openPalette(step)} />) : null}
        <IconButton icon={IconDots} label={t("bulk.more")} onClick={() => openPalette()} />
        <IconButton icon={IconX} label={t("bulk.clear")} onClick={() => selection.set(NONE)} />
      </div>
      {more ? (
        <div className="sub whole">
          <button type="button" className="link" onClick={() => selection.set({ ids, anchor: null, whole: true })}>
            {count === null ? t("bulk.whole") : t("bulk.wholeCount", { count })}
          </button>
        </div>
      ) : null}
    </>
  );
}
