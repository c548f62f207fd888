import { useEffect, useRef } from "react";

import { Marked } from "../inbox/list/Marked";
import { cap } from "../keys/caps";
import { Avatar } from "../parts/Avatar";
import { Glyph } from "../parts/Glyph";
import { Kbd } from "../parts/Kbd";
import type { Ranked } from "./rank";

interface Props {
  id: string;
  line: Ranked;
  on: boolean;
  point: () => void;
  take: () => void;
}

export function PaletteLine({ id, line: { entry, marks }, on, point, take }: Props) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (on) line.current?.scrollIntoView({ block: "nearest" });
  }, [on]);
  return (
    <div ref={line} id={id} role="option" aria-selected={on} className="line" lang={entry.lang} onPointerMove={point} onClick={take}>
      <span className="sign">
        {entry.person !== undefined ? <Avatar name={entry.person} /> : entry.icon ? <Glyph of={entry.icon} /> : null}
      </span>
      <span className="cut"><Marked text={entry.label} marks={marks} /></span>
      {entry.hint ? <span className="meta cut">{entry.hint}</span> : null}
      <span className="grow" />
      {entry.keys?.map((key, at) => <Kbd key={at}>{cap(key)}</Kbd>)}
    </div>
  );
}
