import { IconPlus, IconX } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";

const LONGEST = 40;

/** Tags as badges; a plus opens a small field, Enter adds, Escape leaves. */
export function TagField({ tags, locked, onChange }: { tags: readonly string[]; locked: boolean; onChange: (tags: string[]) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  const add = () => {
    const tag = text?.trim();
    setText(null);
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    // The key is done with: what has the focus next must not hear it too.
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") add();
    else setText(null);
  };
  return (
    <span className="tags-field">
      {tags.map((tag) => (
        <span className="badge tag" key={tag}>
          <span className="cut">{tag}</span>
          {locked ? null : (
            <button type="button" aria-label={t("field.removeTag", { tag })} onClick={() => onChange(tags.filter((one) => one !== tag))}>
              <Glyph of={IconX} size="xs" />
            </button>
          )}
        </span>
      ))}
      {locked ? null : text === null ? (
        <button type="button" className="add-tag" aria-label={t("field.addTag")} title={t("field.addTag")} onClick={() => setText("")}>
          <Glyph of={IconPlus} size="s" />
        </button>
      ) : (
        <input className="input tag-input" autoFocus value={text} maxLength={LONGEST} aria-label={t("field.addTag")} onChange={(event) => setText(event.target.value)} onKeyDown={press} onBlur={add} />
      )}
    </span>
  );
}
