import { IconHistory, IconRobot } from "@tabler/icons-react";

import type { TicketEvent } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { useEventWords } from "../useEventWords";

/** A line between the words: who changed what. */
export function EventLine({ event }: { event: TicketEvent }) {
  const words = useEventWords();
  const format = useFormat();
  const text = words(event);
  if (!text) return null;
  const byPerson = event.actor.kind === "agent" || event.actor.kind === "contact";
  return (
    <p className="sys" title={format.dateTime(event.at)}>
      <Glyph of={byPerson ? IconHistory : IconRobot} size="s" />
      <span>{text}</span>
    </p>
  );
}
