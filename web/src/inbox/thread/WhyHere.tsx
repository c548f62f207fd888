import { Popover } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { IconButton } from "../../parts/IconButton";

const RULES = ["bounce", "token", "reference", "subject", "thread", "continuity", "new"] as const;

/** Which rule put a customer's message into this ticket, and what it went by. */
export function WhyHere({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [name = "", ...why] = message.threaded_by.split(": ");
  const rule = RULES.find((one) => one === name);
  if (message.direction !== "in" || !rule) return null;
  return (
    <Popover position="bottom-end" shadow="md" withRoles trapFocus width={280}>
      <Popover.Target>
        <IconButton icon={IconRoute} label={t("why.open")} className="tiny why" />
      </Popover.Target>
      <Popover.Dropdown className="check-box" aria-label={t("why.open")}>
        <p tabIndex={-1} data-autofocus>{t(`why.${rule}`)}</p>
        {why.length > 0 ? <p className="meta" lang="en">{why.join(": ")}</p> : null}
      </Popover.Dropdown>
    </Popover>
  );
}
