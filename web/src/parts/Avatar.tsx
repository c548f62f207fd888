import { IconUserPlus } from "@tabler/icons-react";

import { Glyph } from "./Glyph";
import { initials } from "./initials";

interface Props {
  name: string | null;
  size?: "s" | "m" | "b";
  mine?: boolean;
}

/** Initials of a person; without a name the dashed circle of "nobody yet". Named by its neighbours. */
export function Avatar({ name, size = "s", mine = false }: Props) {
  if (name === null) {
    return (
      <span className={`avatar ${size} none`} aria-hidden="true">
        <Glyph of={IconUserPlus} size="xs" />
      </span>
    );
  }
  return (
    <span className={`avatar ${size}${mine ? " me" : ""}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
