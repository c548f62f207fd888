import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import "./findField.css";

export interface Found {
  id: string;
  label: string;
  hint?: string;
}

interface Props<T extends Found> {
  id?: string;
  label?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | undefined;
  value: string;
  onChange: (text: string) => void;
  /** Names the question for the cache. */
  name: string;
  find: (q: string, signal: AbortSignal) => Promise<T[]>;
  onPick: (one: T) => void;
  first?: boolean;
  /** It came at a press of its own: the caret goes into it. */
  begin?: boolean;
  required?: boolean;
  onEscape?: () => void;
}

const SHORTEST = 2;

/** A field that finds while one types: arrows walk what was found, Enter takes it, Escape closes it. */
export function FindField<T extends Found>({ label, value, onChange, name, find, onPick, first, begin, onEscape, ...rest }: Props<T>) {
  const { t } = useTranslation();
  const list = useId();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const q = value.trim();
  const asked = open && q.length >= SHORTEST;
  const { data, isFetching } = useQuery({
    queryKey: ["find", name, q],
    queryFn: ({ signal }) => find(q, signal),
    enabled: asked,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const found = asked ? (data ?? []) : [];
  const pick = (one: T) => {
    setOpen(false);
    onPick(one);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const held = found[at];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((at + step + found.length) % found.length);
    } else if (event.key === "Enter" && held) {
      event.preventDefault();
      pick(held);
    } else if (event.key === "Escape" && (found.length > 0 || onEscape)) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      onEscape?.();
    }
  };
  return (
    <div className="find-field">
      <input
        {...rest}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found[at] ? `${list}-${at}` : undefined}
        data-first={first}
        autoFocus={begin}
        dir="auto"
        value={value}
        maxLength={320}
        autoComplete="off"
        onChange={(event) => { onChange(event.target.value); setOpen(true); setAt(-1); }}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
      />
      <ul id={list} role="listbox" aria-label={t("find.found")} hidden={found.length === 0}>
        {found.map((one, index) => (
          <li key={one.id} id={`${list}-${index}`} role="option" aria-selected={index === at} onPointerDown={(event) => { event.preventDefault(); pick(one); }}>
            <span className="cut" dir="auto">{one.label}</span>
            {one.hint ? <span className="meta cut" dir="auto">{one.hint}</span> : null}
          </li>
        ))}
      </ul>
      <span className="sr" role="status">{asked && !isFetching ? t("find.count", { count: found.length }) : ""}</span>
    </div>
  );
}
