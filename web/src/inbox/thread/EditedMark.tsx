import { Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { escaping } from "../escaping";

/** That a message was edited; pressed, what it said before. */
export function EditedMark({ message }: { message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  if (!message.edited_at || message.deleted_at) return null;
  if (message.earlier.length === 0) return <span>{t("thread.edited")}</span>;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom" shadow="md" withRoles trapFocus returnFocus closeOnEscape={false} width={320}>
      <Popover.Target>
        <button type="button" className="link edited" onClick={() => setOpen(!open)}>{t("thread.edited")}</button>
      </Popover.Target>
      <Popover.Dropdown className="check-box" onKeyDown={escaping(() => setOpen(false))}>
        <ol className="earlier" tabIndex={-1} data-autofocus aria-label={t("thread.earlier")}>
          {message.earlier.map((one) => (
            <li key={one.at}>
              <time className="meta num" dateTime={one.at}>{format.dateTime(one.at)}</time>
              <p className="words" dir="auto">{one.text}</p>
            </li>
          ))}
        </ol>
      </Popover.Dropdown>
    </Popover>
  );
}
