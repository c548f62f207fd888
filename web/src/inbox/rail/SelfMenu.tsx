import { Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { IconCheck, IconKeyboard, IconLogout } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { signOut } from "../../api/calls";
import { keys } from "../../api/keys";
import { useMe } from "../../api/queries";
import { writePreference } from "../../app/preferences";
import { LANGUAGES, speak, type Language } from "../../i18n";
import { openKeySheet } from "../../keys/sheet";
import { usePortal } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { connection, useStore } from "../../realtime/stores";

const SCHEMES: readonly MantineColorScheme[] = ["auto", "light", "dark"];

function Choice({ chosen, lang, label, onChoose }: { chosen: boolean; lang?: string; label: string; onChoose: () => void }) {
  return (
    <Menu.Item role="menuitemradio" aria-checked={chosen} lang={lang} onClick={onChoose} rightSection={chosen ? <Glyph of={IconCheck} /> : null}>
      {label}
    </Menu.Item>
  );
}

export function SelfMenu() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const portal = usePortal();
  const cache = useQueryClient();
  const { phase } = useStore(connection);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = async () => {
    await signOut().catch(() => undefined);
    cache.clear();
    cache.setQueryData(keys.session, null);
  };
  const choose = (language: Language) => {
    writePreference("language", language);
    void speak(language);
  };
  return (
    <div className="foot">
      <Menu position="top-start" width={224} shadow="md" portalProps={portal}>
        <Menu.Target>
          <button type="button" className="self">
            <span className="avatar m me" aria-hidden="true">
              {me.initials}
              <span className={`on ${phase}`} />
            </span>
            <span className="grow">
              <span className="cut strong block">{me.name}</span>
              <span className="meta cut block">{t(`live.${phase}`)}</span>
            </span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("prefs.theme")}</Menu.Label>
          {SCHEMES.map((one) => (
            <Choice key={one} chosen={one === colorScheme} label={t(`theme.${one}`)} onChoose={() => setColorScheme(one)} />
          ))}
          <Menu.Divider />
          <Menu.Label>{t("prefs.language")}</Menu.Label>
          {Object.entries(LANGUAGES).map(([value, label]) => (
            <Choice key={value} chosen={value === i18n.language} lang={value} label={label} onChoose={() => choose(value as Language)} />
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Glyph of={IconKeyboard} />} onClick={openKeySheet}>{t("keys.title")}</Menu.Item>
          <Menu.Item leftSection={<Glyph of={IconLogout} />} onClick={() => void leave()}>{t("session.out")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
