import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown, IconHourglass, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { Kbd } from "../../parts/Kbd";
import { CHORDS } from "../../parts/platform";
import type { ComposerState } from "./useComposer";

/** Its words say what it does: send, send although something new came, or add a note. */
export function SendButton({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { mode, ready, anyway, send } = composer;
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
        {t(anyway ? "composer.sendAnyway" : "composer.send")} <Kbd>{CHORDS.send}</Kbd>
      </button>
      <Menu position="top-end" width={296} shadow="md">
        <Menu.Target>
          <button type="button" className="btn primary" aria-label={t("composer.more")} aria-disabled={!ready}>
            <Glyph of={IconChevronDown} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Glyph of={IconCheck} />} rightSection={<Kbd>{CHORDS.sendSolve}</Kbd>} disabled={!ready} onClick={() => send("solved")}>
            {t("composer.sendSolve")}
          </Menu.Item>
          <Menu.Item leftSection={<Glyph of={IconHourglass} />} rightSection={<Kbd>{CHORDS.sendWait}</Kbd>} disabled={!ready} onClick={() => send("waiting")}>
            {t("composer.sendWait")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </span>
  );
}
