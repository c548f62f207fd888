import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { suggestSearch } from "../../api/calls";
import { keys } from "../../api/keys";
import { lastPart } from "./searchParts";

interface Props {
  text: string;
  /** The line with its last part replaced. */
  take: (text: string) => void;
}

/** Operators and their values that go on from what is being typed. */
export function SearchHelp({ text, take }: Props) {
  const { t } = useTranslation();
  const part = lastPart(text);
  const { data } = useQuery({
    queryKey: keys.suggest(part),
    queryFn: ({ signal }) => suggestSearch(part, signal),
    enabled: part !== "",
    staleTime: 60_000,
  });
  const items = (data?.items ?? []).slice(0, 8);
  if (part === "" || items.length === 0) return null;
  return (
    <div className="history" role="group" aria-label={t("search.help")}>
      <ul>
        {items.map((one) => (
          <li key={one.insert}>
            <button type="button" onClick={() => take(`${text.slice(0, text.length - part.length)}${one.insert}`)}>
              <span className="cut">{one.label}</span>
              <span className="meta cut">{one.insert}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
