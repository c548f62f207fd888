import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { usePreference } from "../app/preferences";
import { Dialog } from "../parts/Dialog";
import { IconButton } from "../parts/IconButton";
import { CHORDS } from "../parts/platform";
import { useStore } from "../realtime/stores";
import { COMMANDS, type CommandGroup } from "./commands";
import { openKeySheet, sheetOpen } from "./sheet";
import { useCommand } from "./useCommand";
import "./keySheet.css";

const GROUPS: readonly CommandGroup[] = ["move", "answer", "sort", "everywhere"];
const CAPS: Record<string, string> = { Escape: "Esc", A: "⇧ A" };
const cap = (key: string) => CAPS[key] ?? key.toUpperCase();

/** Chords that live in the composer itself, listed with the others. */
const IN_COMPOSER = (["send", "sendSolve", "sendWait"] as const).map((id) => ({ id, caps: [CHORDS[id]] }));

function Group({ group }: { group: CommandGroup }) {
  const { t } = useTranslation();
  const rows = COMMANDS.filter((command) => command.group === group).map(({ id, keys }) => ({ id, caps: keys.map(cap) }));
  const all = group === "answer" ? [...rows, ...IN_COMPOSER] : rows;
  return (
    <section>
      <h3>{t(`keys.group.${group}`)}</h3>
      <ul>
        {all.map(({ id, caps }) => (
          <li key={id}>
            <span className="grow">{t(`keys.${id}`)}</span>
            {caps.map((one) => <kbd className="kbd" key={one}>{one}</kbd>)}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function KeySheet() {
  const { t } = useTranslation();
  const open = useStore(sheetOpen);
  const [single, setSingle] = usePreference("keys");
  useCommand("sheet", openKeySheet);
  const close = () => sheetOpen.set(false);
  return (
    <Dialog open={open} onClose={close} label={t("keys.title")} side="middle">
      <header>
        <h2 className="grow">{t("keys.title")}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={close} />
      </header>
      <div className="keys">
        {GROUPS.map((group) => <Group key={group} group={group} />)}
      </div>
      <footer>
        <button type="button" className="switch" role="switch" aria-checked={single === "on"} aria-labelledby="keys-single" onClick={() => setSingle(single === "on" ? "off" : "on")} />
        <span id="keys-single">{t("keys.single")}</span>
        <span className="meta">{t("keys.singleHint")}</span>
      </footer>
    </Dialog>
  );
}
