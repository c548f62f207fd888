import type { TablerIcon } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";

import { Glyph } from "./Glyph";

interface Props extends Omit<ComponentPropsWithRef<"button">, "aria-label" | "children"> {
  icon: TablerIcon;
  label: string;
  /** Why it cannot be used now; the button stays reachable so that the reason can be read. */
  reason?: string | undefined;
}

export function IconButton({ icon, label, reason, onClick, className, ...rest }: Props) {
  const title = reason ?? label;
  return (
    <button
      type="button"
      className={className ? `icon-btn ${className}` : "icon-btn"}
      aria-label={reason ? `${label}: ${reason}` : label}
      title={title}
      aria-disabled={reason ? true : undefined}
      onClick={reason ? undefined : onClick}
      {...rest}
    >
      <Glyph of={icon} />
    </button>
  );
}
