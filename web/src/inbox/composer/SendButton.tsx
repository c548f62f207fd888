import { Menu } from "@mantine/core";
import { IconCalendarClock, IconCheck, IconChevronDown, IconHourglass, IconLock } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { Kbd } from "../../parts/Kbd";
import { CHORDS } from "../../parts/platform";
import { WhenDialog } from "../time/WhenDialog";
import type { ComposerState } from "./useComposer";

/** Sends at a moment to come, unless the customer writes before if one says so. */
function SendLater({ composer, open, onClose }: { composer: ComposerState; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [unless, setUnless] = useState(true);
  const choose = (at: Date) => {
    onClose();
    composer.sendLater(at, unless);
  };
  return (
    <WhenDialog open={open} onClose={onClose} title={t("later.title")} verb={t("later.verb")} onChoose={choose}>
      <label className="check">
        <input type="checkbox" checked={unless} onChange={(event) => setUnless(event.target.checked)} />
        {t("later.unless")}
      </label>
    </WhenDialog>
  );
}

function MoreWays({ composer, later }: { composer: ComposerState; later: () => void }) {
  const { t } = useTranslation();
  const { ready, send, usual, mayChange } = composer;
  return (
    <Menu position="top-end" width={296} shadow="md">
      <Menu.Target>
        <button type="button" className="btn primary" aria-label={t("composer.more")} aria-disabled={!ready}>
          <Glyph of={IconChevronDown} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {usual ? <Menu.Item onClick={() => send(null)} disabled={!ready}>{t("composer.send")}</Menu.Item> : null}
        {mayChange ? (
          <>
            <Menu.Item leftSection={<Glyph of={IconCheck} />} rightSection={<Kbd>{CHORDS.sendSolve}</Kbd>} disabled={!ready} onClick={() => send("solved")}>
              {t("composer.sendSolve")}
            </Menu.Item>
            <Menu.Item leftSection={<Glyph of={IconHourglass} />} rightSection={<Kbd>{CHORDS.sendWait}</Kbd>} disabled={!ready} onClick={() => send("waiting")}>
              {t("composer.sendWait")}
            </Menu.Item>
            <Menu.Divider />
          </>
        ) : null}
        <Menu.Item leftSection={<Glyph of={IconCalendarClock} />} disabled={!ready} onClick={later}>{t("later.open")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What the agent has chosen to be meant by Send. */
const WORDS = { send: "composer.send", solved: "composer.sendSolve", waiting: "composer.sendWait" } as const;

/** Its words say what it does: send, send although something new came, or add a note. */
export function SendButton({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const [later, setLater] = useState(false);
  const { mode, ready, anyway, usual } = composer;
  if (mode === "note") {
    return (
      <button type="submit" className="btn note" aria-disabled={!ready} aria-keyshortcuts="Control+Enter">
        <Glyph of={IconLock} />
        {t("composer.addNote")} <Kbd>{CHORDS.send}</Kbd>
      </button>
    );
  }
  return (
    <span className="split">
      <button type="submit" className="btn primary" aria-disabled={!ready} aria-keyshortcuts="Control+Enter">
        {t(anyway ? "composer.sendAnyway" : WORDS[usual ?? "send"])} <Kbd>{CHORDS.send}</Kbd>
      </button>
      <MoreWays composer={composer} later={() => setLater(true)} />
      <SendLater composer={composer} open={later} onClose={() => setLater(false)} />
    </span>
  );
}
