import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { Glyph } from "./Glyph";
import "./states.css";

interface Props {
  icon: TablerIcon;
  title: string;
  text?: string | undefined;
  foot?: string | undefined;
  role?: "status" | "alert";
  children?: ReactNode;
}

/** Glyph, one sentence, one next step. Also the shape of an error inside the pane that failed. */
export function EmptyState({ icon, title, text, foot, role = "status", children }: Props) {
  return (
    <div className="state" role={role}>
      <Glyph of={icon} size="xl" />
      <h2>{title}</h2>
      {text ? <p>{text}</p> : null}
      {children}
      {foot ? <span className="meta">{foot}</span> : null}
    </div>
  );
}
