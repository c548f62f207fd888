import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { nameIn } from "../names";
import { FieldMenu } from "./FieldMenu";
import { Picker } from "./Picker";
import { ToldField } from "./ToldField";

type CustomField = Schemas["CustomField"];
export type FieldValue = string | number | boolean | string[] | null;

export interface FieldProps {
  field: CustomField;
  name: string;
  value: FieldValue;
  /** The agent's role may only look, or sees it masked. */
  locked: boolean;
  onChange: (value: FieldValue) => void;
}

const NONE = "";
const TYPES = { number: "number", date: "date" } as const;

/** Typed values are kept when the field is left or Enter is pressed; Escape takes them back. */
function Typed({ field, name, value, onChange }: FieldProps) {
  const { i18n } = useTranslation();
  const before = value === null ? "" : String(value);
  const [text, setText] = useState(before);
  const keep = () => {
    const next = text.trim();
    if (next === before) return;
    if (!next) onChange(null);
    else onChange(field.kind === "number" ? Number(next) : next);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") event.currentTarget.blur();
    if (event.key !== "Escape") return;
    event.stopPropagation();
    setText(before);
  };
  return (
    <input
      className="input typed"
      type={field.kind === "number" || field.kind === "date" ? TYPES[field.kind] : "text"}
      step="any"
      dir="auto"
      value={text}
      aria-label={name}
      title={nameIn(field.hint, i18n.language) || undefined}
      maxLength={field.max_length || undefined}
      min={field.minimum ?? undefined}
      max={field.maximum ?? undefined}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={press}
    />
  );
}

function useOptions(field: CustomField) {
  const { i18n } = useTranslation();
  return (parent: string, kept: readonly string[]) =>
    field.options.filter((one) => one.parent === parent && (!one.retired || kept.includes(one.id))).map((one) => ({ value: one.id, label: nameIn(one.names, i18n.language) }));
}

function Choice({ field, name, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const options = useOptions(field);
  const kept = typeof value === "string" ? value : NONE;
  return <FieldMenu name={name} value={kept} options={[{ value: NONE, label: t("field.none") }, ...options("", [kept])]} onChoose={(id) => onChange(id || null)} />;
}

/** From the root to a leaf: each step offers what hangs below the one before. */
function Cascade({ field, name, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const options = useOptions(field);
  const kept = Array.isArray(value) ? value : [];
  const levels = [...kept.map((id, at) => ({ id, at })), { id: NONE, at: kept.length }].filter(({ at }) => options(at === 0 ? "" : (kept[at - 1] ?? ""), kept).length > 0);
  return (
    <span className="cascade">
      {levels.map(({ id, at }) => (
        <FieldMenu
          key={at}
          name={at === 0 ? name : `${name} ${at + 1}`}
          value={id}
          options={[{ value: NONE, label: t("field.none") }, ...options(at === 0 ? "" : (kept[at - 1] ?? ""), kept)]}
          onChoose={(next) => {
            const path = [...kept.slice(0, at), ...(next ? [next] : [])];
            onChange(path.length > 0 ? path : null);
          }}
        />
      ))}
    </span>
  );
}

function Several({ field, name, value, onChange }: FieldProps) {
  const options = useOptions(field);
  const kept = Array.isArray(value) ? value : [];
  const toggle = (id: string) => {
    const next = kept.includes(id) ? kept.filter((one) => one !== id) : [...kept, id];
    onChange(next.length > 0 ? next : null);
  };
  return (
    <span role="group" aria-label={name} className="several">
      {options("", kept).map((one) => (
        <label key={one.value} className="row"><input type="checkbox" checked={kept.includes(one.value)} onChange={() => toggle(one.value)} />{one.label}</label>
      ))}
    </span>
  );
}

function Person({ name, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const kept = typeof value === "string" ? value : NONE;
  const options = [{ value: NONE, label: t("ticket.nobody") }, ...(agents ?? []).map((one) => ({ value: one.id, label: one.name }))];
  return <FieldMenu name={name} value={kept} options={options} onChoose={(id) => onChange(id || null)} />;
}

const named = (kind: "contact" | "asset") => function Named({ name, value, onChange }: FieldProps) {
  return <Picker kind={kind} name={name} value={typeof value === "string" ? value : NONE} onChange={onChange} />;
};

function YesNo({ name, value, onChange }: FieldProps) {
  return <input type="checkbox" className="tick" checked={value === true} aria-label={name} onChange={(event) => onChange(event.target.checked)} />;
}

const EDITORS: Partial<Record<CustomField["kind"], (props: FieldProps) => React.ReactNode>> = {
  text: Typed, number: Typed, date: Typed, boolean: YesNo, choice: Choice, cascade: Cascade, multi: Several, user: Person, contact: named("contact"), asset: named("asset"),
};

/** A custom field as its kind is filled; what cannot be filled here is shown. */
export function FieldEditor(props: FieldProps) {
  const Editor = EDITORS[props.field.kind];
  if (!Editor || props.locked) return <ToldField {...props} />;
  return <Editor {...props} />;
}
