import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";

import { suggestSearch } from "../api/calls";
import { keys } from "../api/keys";
import { Labelled } from "../parts/Labelled";

/** A tag: written, or taken from those that are on tickets now. */
export function TagChoice({ label, value, onChoose }: { label: string; value: string; onChoose: (tag: string) => void }) {
  const list = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const part = `tag:${text.trim()}`;
  const { data } = useQuery({ queryKey: keys.suggest(part), queryFn: ({ signal }) => suggestSearch(part, signal), staleTime: 60_000 });
  const keep = () => {
    const tag = text.replace(/["“”]/g, "").trim();
    if (tag !== value) onChoose(tag);
  };
  return (
    <Labelled label={label}>
      {(aria) => (
        <>
          <input
            {...aria}
            className="input"
            list={list}
            value={text}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onBlur={keep}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.nativeEvent.isComposing) keep();
            }}
          />
          <datalist id={list}>{(data?.items ?? []).map((one) => <option key={one.value} value={one.value} />)}</datalist>
        </>
      )}
    </Labelled>
  );
}
