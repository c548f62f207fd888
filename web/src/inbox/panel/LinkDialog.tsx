import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { LinkKind, Ticket } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";
import { Select } from "../../parts/Select";
import { TicketPicker } from "../merge/TicketPicker";
import "../merge/merge.css";
import "../time/when.css";

const KINDS: readonly LinkKind[] = ["related", "parent", "child", "duplicate_of", "duplicated_by", "caused_by", "causes"];

/** What the other ticket is to this one, then which it is. */
export default function LinkDialog({ ticket, onClose, onPick }: { ticket: Ticket; onClose: () => void; onPick: (kind: LinkKind, target: string) => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<LinkKind>("related");
  return (
    <Dialog open onClose={onClose} label={t("links.add")} side="middle">
      <header>
        <h2 className="grow">{t("links.add")}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={onClose} />
      </header>
      <div className="merge-body">
        <Select label={t("links.as")} value={kind} options={KINDS.map((value) => ({ value, label: t(`links.kind.${value}`) }))} onChange={setKind} />
        <TicketPicker ticket={ticket} onPick={(one) => onPick(kind, one.id)} />
      </div>
    </Dialog>
  );
}
