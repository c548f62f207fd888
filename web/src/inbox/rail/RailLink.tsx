import type { TablerIcon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { pathOf, type Scope } from "../../app/scope";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";

interface Props {
  to: Scope;
  icon: TablerIcon;
  name: string;
  count: number | null;
  children?: ReactNode;
}

export function RailLink({ to, icon, name, count, children }: Props) {
  const { scope, layout } = useInbox();
  const format = useFormat();
  const here = scope.kind === to.kind && scope.key === to.key;
  return (
    <li>
      <Link to={pathOf(to)} aria-current={here ? "page" : undefined} onClick={() => layout.setRailOpen(false)}>
        <Glyph of={icon} />
        <span className="cut">{name}</span>
        {children}
        {count ? <span className="n">{format.count(count)}</span> : null}
      </Link>
    </li>
  );
}
