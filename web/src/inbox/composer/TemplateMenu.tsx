import { Menu } from "@mantine/core";
import { IconTextPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { ReplyTexts } from "../../api/types";
import { IconButton } from "../../parts/IconButton";
import type { ComposerState } from "./useComposer";

/** Puts a template of the inbox, its blanks filled, where the cursor is. */
export function TemplateMenu({ composer, templates }: { composer: ComposerState; templates: ReplyTexts["templates"] }) {
  const { t } = useTranslation();
  if (templates.length === 0) return null;
  return (
    <Menu position="top-start" shadow="md" returnFocus={false}>
      <Menu.Target>
        <IconButton icon={IconTextPlus} label={t("composer.templates")} />
      </Menu.Target>
      <Menu.Dropdown>
        {templates.map(({ name, text }) => (
          <Menu.Item key={name} title={text} onClick={() => requestAnimationFrame(() => composer.pen.current?.insert(text))}>{name}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
