import { IconSearch, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "../parts/Dialog";
import { Glyph } from "../parts/Glyph";
import { IconButton } from "../parts/IconButton";
import { KeySwitch } from "./KeySwitch";
import { KeyTable } from "./KeyTable";
import "./keySheet.css";

/** Every shortcut: found by its words, given other keys, switched off. */
export function KeySheetDialog({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [wanted, want] = useState("");
  return (
    <Dialog open onClose={close} label={t("keys.title")} side="middle">
      <header>
        <h2 className="grow">{t("keys.title")}</h2>
        <span className="find">
          <Glyph of={IconSearch} size="s" />
          <input type="search" value={wanted} onChange={(event) => want(event.target.value)} placeholder={t("keys.find")} aria-label={t("keys.find")} />
        </span>
        <IconButton icon={IconX} label={t("action.close")} onClick={close} />
      </header>
      <KeyTable wanted={wanted} />
      <footer>
        <KeySwitch />
      </footer>
    </Dialog>
  );
}
