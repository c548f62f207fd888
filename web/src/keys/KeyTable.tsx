import { useState } from "react";
import { useTranslation } from "react-i18next";

import { CHORDS } from "../parts/platform";
import type { CommandGroup, CommandId } from "./commands";
import { KeyRow } from "./KeyRow";
import { boundCommands, remapped } from "./keymap";
import { useKeyPreferences } from "./useKeyPreferences";

const GROUPS: readonly CommandGroup[] = ["move", "answer", "sort", "everywhere"];

/** Chords with a modifier work while one types; they are listed with the others and stay as they are. */
const FIXED = [
  { id: "send", group: "answer" },
  { id: "sendSolve", group: "answer" },
  { id: "sendWait", group: "answer" },
  { id: "palette", group: "everywhere" },
] as const;

/** Shortcuts by what they are for; `wanted` leaves those whose words hold it. */
export function KeyTable({ wanted }: { wanted: string }) {
  const { t } = useTranslation();
  const { keymap, setKeymap } = useKeyPreferences();
  const [editing, edit] = useState<CommandId | null>(null);
  const fits = (words: string) => words.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase());
  const commands = boundCommands(keymap).filter((command) => fits(t(`keys.${command.id}`)));
  const fixed = FIXED.filter((one) => fits(t(`keys.${one.id}`)));
  const groups = GROUPS.filter((group) => [...commands, ...fixed].some((one) => one.group === group));
  if (groups.length === 0) return <p className="keys-none meta" role="status">{t("keys.none")}</p>;
  return (
    <div className="keys">
      {groups.map((group) => (
        <section key={group} aria-labelledby={`keys-${group}`}>
          <h3 id={`keys-${group}`}>{t(`keys.group.${group}`)}</h3>
          <ul>
            {commands.filter((command) => command.group === group).map((command) => (
              <KeyRow
                key={command.id}
                command={command}
                keymap={keymap}
                editing={editing === command.id}
                edit={(on) => edit(on ? command.id : null)}
                give={(keys) => setKeymap(remapped(keymap, command.id, keys))}
              />
            ))}
            {fixed.filter((one) => one.group === group).map(({ id }) => (
              <li key={id}>
                <span className="grow">{t(`keys.${id}`)}</span>
                <kbd className="kbd">{CHORDS[id]}</kbd>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
