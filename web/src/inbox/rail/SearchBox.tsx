import { IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { pathOf } from "../../app/scope";
import { rememberSearch } from "../../app/searchHistory";
import { useCommand } from "../../keys/useCommand";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { Kbd } from "../../parts/Kbd";
import { useInbox } from "../InboxContext";
import { SearchHelp } from "./SearchHelp";
import { SearchHistory } from "./SearchHistory";

export function SearchBox() {
  const { t } = useTranslation();
  const { scope, layout } = useInbox();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const asked = scope.kind === "search" ? scope.q : "";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useCommand("search", () => field.current?.focus(), layout.railInline);

  const [inside, setInside] = useState(false);
  const leave = () => {
    setInside(false);
    layout.setRailOpen(false);
  };

  const take = (line: string) => {
    setText(line);
    field.current?.focus();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const q = text.trim();
    if (q) rememberSearch(q);
    void navigate(q ? pathOf({ kind: "search", key: "open", q }) : "/view/mine");
    leave();
  };
  const clear = () => {
    setText("");
    if (asked) void navigate("/view/mine");
  };
  return (
    <form
      className="find"
      role="search"
      onSubmit={submit}
      onFocus={() => setInside(true)}
      onBlur={(event) => setInside(event.currentTarget.contains(event.relatedTarget))}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !text) (document.activeElement as HTMLElement | null)?.blur();
      }}
    >
      <Glyph of={IconSearch} />
      <input
        ref={field}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={t("search.placeholder")}
        aria-label={t("search.label")}
        aria-keyshortcuts="/"
        autoComplete="off"
        enterKeyHint="search"
      />
      {text ? <IconButton icon={IconX} label={t("search.clear")} onClick={clear} className="tiny" /> : <Kbd>/</Kbd>}
      {inside && text === "" ? <SearchHistory done={leave} /> : null}
      {inside && text !== asked ? <SearchHelp text={text} take={take} /> : null}
    </form>
  );
}
