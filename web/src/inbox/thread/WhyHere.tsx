import { Popover } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";

const RULES = ["bounce", "token", "reference", "subject", "thread", "continuity", "new"] as const;

/** Which rule put a customer's message into this ticket, and what it went by. */
export function WhyHere({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [name = "", ...why] = message.threaded_by.split(": ");
  const rule = RULES.find((one) => one === name);
  if (message.direction !== "in" || !rule) return null;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" withRoles trapFocus returnFocus closeOnEscape={false} width={280}>
      <Popover.Target>
        <IconButton icon={IconRoute} label={t("why.open")} className="tiny why" onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown className="check-box" onKeyDown={escaping(() => setOpen(false))} aria-label={t("why.open")}>
        <p tabIndex={-1} data-autofocus>{t(`why.${rule}`)}</p>
        {why.length > 0 ? <p className="meta" lang="en">{why.join(": ")}</p> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
