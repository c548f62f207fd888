import { IconMessages } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { usePreference } from "../../app/preferences";
import { cap } from "../../keys/caps";
import { boundCommands } from "../../keys/keymap";
import { EmptyState } from "../../parts/EmptyState";
import "./thread.css";

export function NothingOpen() {
  const { t } = useTranslation();
  const [keymap] = usePreference("keymap");
  const next = boundCommands(keymap).find((command) => command.id === "next");
  return (
    <main className="thread" aria-label={t("thread.none")}>
      <EmptyState icon={IconMessages} title={t("thread.none")} text={t("thread.noneText", { key: next?.keys.map(cap).join(" ") })} />
    </main>
  );
}
