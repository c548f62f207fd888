import { IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { TicketRow } from "../../api/types";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { Glyph } from "../../parts/Glyph";

interface Props {
  row: TicketRow;
  chosen: boolean;
  choose: (id: string, stretch: boolean) => void;
  focusable: boolean;
}

/** The channel's tile; a press ticks the row, with Shift every row from the last tick on. */
export function RowTick({ row, chosen, choose, focusable }: Props) {
  const { t } = useTranslation();
  return (
    <span className="tick" role="gridcell" aria-label={t(`channel.${row.channel}`, { defaultValue: row.channel })}>
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        aria-label={t("bulk.choose", { number: row.number, name: row.contact.name })}
        tabIndex={focusable ? 0 : -1}
        onClick={(event) => choose(row.id, event.shiftKey)}
      >
        <span className="tile">
          <ChannelGlyph channel={row.channel} />
        </span>
        <span className="box"><Glyph of={IconCheck} size="s" /></span>
      </button>
    </span>
  );
}
