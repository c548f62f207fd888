import { Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { Choices } from "../../parts/Choices";
import { usePortal } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";

interface Option<T extends string> {
  value: T;
  label: string;
  mark?: ReactNode;
}

interface Props<T extends string> {
  name: string;
  value: T;
  options: readonly Option<T>[];
  onChoose: (value: T) => void;
  /** The value stands in a badge instead of beside its mark. */
  badge?: boolean;
  /** It is read, not changed. */
  locked?: boolean;
}

/** A fact that can be changed: reads as words, opens as a menu. */
export function FieldMenu<T extends string>({ name, value, options, onChoose, badge, locked }: Props<T>) {
  const portal = usePortal();
  const now = options.find((option) => option.value === value);
  const face = (
    <>
      {badge ? null : now?.mark}
      <span className={badge ? "badge accent" : "cut"}>{now?.label ?? value}</span>
    </>
  );
  if (locked) return face;
  return (
    <Menu position="bottom-start" shadow="md" portalProps={portal} width={200}>
      <Menu.Target>
        <button type="button" className="fact" aria-label={`${name}: ${now?.label ?? value}`}>
          {face}
          <Glyph of={IconChevronDown} size="s" />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        <Choices label={name} value={value} choices={options} onChoose={onChoose} />
      </Menu.Dropdown>
    </Menu>
  );
}
