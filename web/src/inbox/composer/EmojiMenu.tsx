import { Popover } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";
import type { ComposerState } from "./useComposer";

const EmojiGrid = lazy(() => import("./EmojiGrid"));

export function EmojiMenu({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const choose = (sign: string) => {
    setOpen(false);
    composer.pen.current?.insert(sign);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" shadow="md" trapFocus withRoles returnFocus closeOnEscape={false}>
      <Popover.Target>
        <IconButton icon={IconMoodSmile} label={t("composer.emoji")} onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown className="pop-box emoji" onKeyDown={escaping(() => setOpen(false))} aria-label={t("composer.emoji")}>
        <Suspense>{open ? <EmojiGrid onChoose={choose} /> : null}</Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
