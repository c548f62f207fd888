import { IconTemplate } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Avatar } from "../../parts/Avatar";
import { Glyph } from "../../parts/Glyph";
import { LIST_ID, optionId, type useSuggestions } from "./useSuggestions";

/** Above the pen: what may be put in, and what a canned reply would say here. */
export function SuggestionList({ suggestions }: { suggestions: ReturnType<typeof useSuggestions> }) {
  const { t } = useTranslation();
  const { list, marked, preview, choose } = suggestions;
  if (list.length === 0) return null;
  const canned = marked?.kind === "canned";
  return (
    <div className="suggestions">
      <ul id={LIST_ID} role="listbox" tabIndex={0} aria-label={t(canned ? "canned.list" : "mention.list")}>
        {list.map((one) => (
          <li
            key={one.id}
            id={optionId(one)}
            role="option"
            aria-selected={one === marked}
            onMouseDown={(event) => {
              event.preventDefault();
              void choose(one).catch(() => undefined);
            }}
          >
            {one.kind === "agent" ? <Avatar name={one.label} /> : <Glyph of={IconTemplate} size="s" />}
            <span className="cut grow">{one.label}</span>
            <span className="meta">{one.hint}</span>
          </li>
        ))}
      </ul>
      {canned && preview ? (
        <div className="preview" role="status" lang={preview.language || undefined} dir="auto">
          <p className="words">{preview.text}</p>
          {preview.missing.length > 0 ? <p className="meta soon-t">{t("canned.missing", { names: preview.missing.join(", ") })}</p> : null}
        </div>
      ) : null}
    </div>
  );
}
