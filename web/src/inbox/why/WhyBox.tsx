import { Popover } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { usePortal } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";

/** A question beside what it asks about; its answer opens there. */
export function WhyBox({ question, children }: { question: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const portal = usePortal();
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" withRoles trapFocus returnFocus closeOnEscape={false} width={280} portalProps={portal}>
      <Popover.Target>
        <IconButton icon={IconRoute} label={question} className="tiny why" onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown className="check-box" onKeyDown={escaping(() => setOpen(false))} aria-label={question}>
        <div className="why-text" tabIndex={-1} data-autofocus>
          {open ? <Suspense fallback={<p className="meta">{t("why.looking")}</p>}>{children}</Suspense> : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
