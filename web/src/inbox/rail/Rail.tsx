import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useShown } from "../../app/ShownContext";
import { Dialog } from "../../parts/Dialog";
import { NoticeBell } from "../../notices/NoticeBell";
import { Mark } from "../../parts/Mark";
import { useInbox } from "../InboxContext";
import { InboxLinks } from "./InboxLinks";
import { SearchBox } from "./SearchBox";
import { SavedLinks } from "./SavedLinks";
import { SelfFace } from "./SelfFace";
import { ViewLinks } from "./ViewLinks";
import "./rail.css";

// Menus come after the list is on screen.
const SelfMenu = lazy(() => import("./SelfMenu").then((module) => ({ default: module.SelfMenu })));

/** Views, inboxes and oneself. Beside the list where there is room, else a drawer. */
export function Rail() {
  const { t } = useTranslation();
  const { layout } = useInbox();
  if (layout.railInline) return <RailContent />;
  return (
    <Dialog open={layout.railOpen} onClose={() => layout.setRailOpen(false)} label={t("rail.label")} side="left">
      <RailContent />
    </Dialog>
  );
}

function RailContent() {
  const { t } = useTranslation();
  // A press that came before the menu did opens it when it is there.
  const [asked, ask] = useState(false);
  const shown = useShown();
  const face = <SelfFace onClick={() => ask(true)} />;
  return (
    <nav className="rail" aria-label={t("rail.label")}>
      <div className="brand">
        <Mark size={22} />
        <span className="grow">Parley</span>
        <NoticeBell />
      </div>
      <SearchBox />
      <div className="links">
        <ViewLinks />
        <SavedLinks />
        <InboxLinks />
      </div>
      <div className="foot">
        {shown || asked ? <Suspense fallback={face}><SelfMenu asked={asked} /></Suspense> : face}
      </div>
    </nav>
  );
}
