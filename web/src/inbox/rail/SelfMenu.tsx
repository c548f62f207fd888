import { Menu, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { IconKeyboard, IconLogout, IconSettings } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { signOutHere } from "../../app/enter";
import { LANGUAGES, SCHEMES, useLooks, type Language } from "../../app/looks";
import { openKeySheet } from "../../keys/sheet";
import { Choices } from "../../parts/Choices";
import { usePortal } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { useMyState, useSayState } from "../../presence/usePresence";
import { SelfFace } from "./SelfFace";

const SPOKEN = Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label, lang: value }));

const STATES = ["online", "busy", "away"] as const;

export function SelfMenu({ asked }: { asked: boolean }) {
  const { t, i18n } = useTranslation();
  const chosen = useMyState();
  const state = STATES.find((one) => one === chosen);
  const say = useSayState();
  const portal = usePortal();
  const cache = useQueryClient();
  const { colorScheme } = useMantineColorScheme();
  const { chooseLanguage, chooseScheme } = useLooks();
  return (
    <Menu defaultOpened={asked} position="top-start" width={224} shadow="md" portalProps={portal}>
        <Menu.Target>
          <SelfFace />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label aria-hidden>{t("presence.state")}</Menu.Label>
          <Choices label={t("presence.state")} value={state ?? "online"} choices={STATES.map((value) => ({ value, label: t(`presence.${value}`) }))} onChoose={say} />
          <Menu.Divider />
          <Menu.Label aria-hidden>{t("prefs.theme")}</Menu.Label>
          <Choices
            label={t("prefs.theme")}
            value={colorScheme}
            choices={SCHEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
            onChoose={chooseScheme}
          />
          <Menu.Divider />
          <Menu.Label aria-hidden>{t("prefs.language")}</Menu.Label>
          <Choices label={t("prefs.language")} value={i18n.language as Language} choices={SPOKEN} onChoose={chooseLanguage} />
          <Menu.Divider />
          <Menu.Item component={Link} to="/settings/profile" leftSection={<Glyph of={IconSettings} />}>{t("settings.title")}</Menu.Item>
          <Menu.Item leftSection={<Glyph of={IconKeyboard} />} onClick={openKeySheet}>{t("keys.title")}</Menu.Item>
          <Menu.Item leftSection={<Glyph of={IconLogout} />} onClick={() => void signOutHere(cache)}>{t("session.out")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
  );
}
