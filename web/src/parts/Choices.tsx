import { Menu } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { Glyph } from "./Glyph";

export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  mark?: ReactNode;
  lang?: string;
  /** Why it cannot be chosen; shown below its label. */
  reason?: string | undefined;
}

interface Props<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChoose: (value: T) => void;
}

/** One-of-many inside a menu; choosing closes it, choosing what is already so changes nothing. */
export function Choices<T extends string>({ label, value, choices, onChoose }: Props<T>) {
  return (
    <div role="group" aria-label={label}>
      {choices.map((one) => {
        const chosen = one.value === value;
        return (
          <Menu.RadioItem
            key={one.value}
            value={one.value}
            checked={chosen}
            checkIcon={null}
            closeMenuOnClick
            lang={one.lang}
            disabled={one.reason !== undefined}
            onChange={() => {
              if (!chosen) onChoose(one.value);
            }}
            rightSection={chosen ? <Glyph of={IconCheck} /> : null}
          >
            <span className="choice">
              {one.mark}
              <span>
                {one.label}
                {one.reason ? <span className="meta block">{one.reason}</span> : null}
              </span>
            </span>
          </Menu.RadioItem>
        );
      })}
    </div>
  );
}
