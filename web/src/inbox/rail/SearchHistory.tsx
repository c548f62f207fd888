import { IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePreference } from "../../app/preferences";
import { pathOf } from "../../app/scope";
import { Glyph } from "../../parts/Glyph";

/** What I looked for lately, below the field while it is empty. */
export function SearchHistory({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const [searches, setSearches] = usePreference("searches");
  if (searches.length === 0) return null;
  return (
    <div className="history" role="group" aria-label={t("search.history")}>
      <ul>
        {searches.map((q) => (
          <li key={q}>
            <Link to={pathOf({ kind: "search", key: "open", q })} onClick={done}>
              <Glyph of={IconHistory} size="s" />
              <span className="cut">{q}</span>
            </Link>
          </li>
        ))}
      </ul>
      <button type="button" className="link meta" onClick={() => setSearches([])}>{t("search.forget")}</button>
    </div>
  );
}
