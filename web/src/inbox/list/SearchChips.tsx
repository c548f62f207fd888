import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { without } from "../../filters/line";
import { useFilters } from "../../filters/useFilters";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";

/** What the search made of the words: each operator a chip that can be taken out, with why it finds nothing. */
export function SearchChips() {
  const { t } = useTranslation();
  const { scope, list } = useInbox();
  const { wordsOf, go } = useFilters();
  if (scope.kind !== "search" || !list.understood.some((one) => one.kind === "filter" || one.note)) return null;
  return (
    <ul className="chips" aria-label={t("search.understood")}>
      {list.understood.map((one, at) => (
        <li key={at} className={one.note ? "badge soon" : "badge"} title={one.note || undefined}>
          <span className="cut">{wordsOf(one)}{one.note ? ` (${one.note})` : null}</span>
          <button
            type="button"
            aria-label={t("search.without", { text: wordsOf(one) })}
            onClick={() => go(without(scope.q, one.text))}
          >
            <Glyph of={IconX} size="xs" />
          </button>
        </li>
      ))}
    </ul>
  );
}
