import { IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { IconButton } from "../parts/IconButton";
import { cap } from "./caps";
import type { Command } from "./commands";
import { refusal, type Keymap, type Refusal } from "./keymap";
import { useKeyCapture } from "./useKeyCapture";

interface Props {
  command: Command;
  keymap: Keymap;
  editing: boolean;
  edit: (on: boolean) => void;
  give: (keys: readonly string[]) => void;
}

/** A shortcut and its keys; its pencil listens for others. */
export function KeyRow({ command, keymap, editing, edit, give }: Props) {
  const { t } = useTranslation();
  const name = t(`keys.${command.id}`);
  return (
    <li className={editing ? "editing" : undefined}>
      <span className="grow">{name}</span>
      {editing ? (
        <Capture keymap={keymap} command={command} done={() => edit(false)} give={give} />
      ) : (
        <>
          {command.id === "back" ? null : <IconButton icon={IconPencil} label={t("keys.change", { name })} className="tiny pen" onClick={() => edit(true)} />}
          {command.keys.map((key, at) => <kbd className="kbd" key={at}>{cap(key)}</kbd>)}
        </>
      )}
    </li>
  );
}

interface CaptureProps {
  keymap: Keymap;
  command: Command;
  done: () => void;
  give: (keys: readonly string[]) => void;
}

function Capture({ keymap, command, done, give }: CaptureProps) {
  const { t } = useTranslation();
  const { pressed, refused, listen } = useKeyCapture(
    (keys) => refusal(keymap, command.id, keys),
    (keys) => {
      give(keys);
      done();
    },
    done,
  );
  const why = (one: Refusal) => (one.why === "taken" ? t("keys.taken", { name: t(`keys.${one.by}`) }) : t("keys.reserved"));
  return (
    <>
      <span className={refused ? "meta late-t" : "meta"} role="status">{refused ? why(refused) : pressed ? null : t("keys.press")}</span>
      <button type="button" className="kbd capture" autoFocus aria-label={t("keys.pressFor", { name: t(`keys.${command.id}`) })} onKeyDown={listen} onBlur={done}>
        {pressed ? pressed.map(cap).join(" ") : "…"}
      </button>
    </>
  );
}
