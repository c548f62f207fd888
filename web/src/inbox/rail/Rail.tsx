import { Drawer } from "@mantine/core";
import "@mantine/core/styles/Overlay.css";
import "@mantine/core/styles/Paper.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/ModalBase.css";
import "@mantine/core/styles/Drawer.css";
import { useTranslation } from "react-i18next";

import { Mark } from "../../parts/Mark";
import { useInbox } from "../InboxContext";
import { InboxLinks } from "./InboxLinks";
import { SearchBox } from "./SearchBox";
import { SelfMenu } from "./SelfMenu";
import { ViewLinks } from "./ViewLinks";
import "./rail.css";

/** Views, inboxes and oneself. Beside the list where there is room, else a drawer. */
export function Rail() {
  const { t } = useTranslation();
  const { layout } = useInbox();
  if (layout.railInline) return <RailContent />;
  return (
    <Drawer
      opened={layout.railOpen}
      onClose={() => layout.setRailOpen(false)}
      withCloseButton={false}
      size={264}
      title={undefined}
      aria-label={t("rail.label")}
      classNames={{ body: "rail-drawer" }}
    >
      <RailContent />
    </Drawer>
  );
}

function RailContent() {
  const { t } = useTranslation();
  return (
    <nav className="rail" aria-label={t("rail.label")}>
      <div className="brand">
        <Mark size={22} />
        Parley
      </div>
      <SearchBox />
      <div className="links">
        <ViewLinks />
        <InboxLinks />
      </div>
      <SelfMenu />
    </nav>
  );
}
