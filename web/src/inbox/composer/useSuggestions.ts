import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState, type KeyboardEvent } from "react";

import { useAgents } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { fillCanned, findCanned } from "../../api/work";
import { useStore } from "../../realtime/stores";
import { useOthers } from "../../realtime/usePresence";
import { askedFor, type Asked } from "./suggesting";
import type { ComposerState } from "./useComposer";

export interface Suggestion {
  id: string;
  kind: "canned" | "agent";
  label: string;
  hint: string;
}

const MOST = 8;
export const LIST_ID = "composer-suggestions";
export const optionId = (one: Suggestion) => `${LIST_ID}-${one.id}`;

function useCanned(asked: Asked | null, enabled: boolean): Suggestion[] {
  const open = asked?.trigger === "/" && enabled;
  const { data } = useQuery({
    queryKey: ["canned", asked?.query ?? ""],
    queryFn: ({ signal }) => findCanned(asked?.query ?? "", signal),
    enabled: open,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  if (!open) return [];
  return (data?.items ?? []).slice(0, MOST).map((one) => ({ id: one.id, kind: "canned", label: one.name, hint: one.shortcut ? `/${one.shortcut}` : "" }));
}

function useColleagues(asked: Asked | null, ticket: string, here: string): Suggestion[] {
  const { data: agents } = useAgents();
  const others = useOthers(ticket);
  if (asked?.trigger !== "@") return [];
  const wanted = asked.query.toLocaleLowerCase();
  const fits = (name: string) => name.toLocaleLowerCase().split(/\s+/).some((_, at, all) => all.slice(at).join(" ").startsWith(wanted));
  return (agents ?? []).filter((one) => fits(one.name)).slice(0, MOST).map((one) => ({
    id: one.id, kind: "agent", label: one.name, hint: others.some((other) => other.id === one.id) ? here : "",
  }));
}

/** What is offered for the words before the caret, which of it is marked, and the keys that choose. */
export function useSuggestions(ticket: Ticket, composer: ComposerState, here: string) {
  const before = useStore(composer.caret);
  const conversation = composer.conversation?.id ?? "";
  const [left, leave] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const asked = left === before ? null : askedFor(before, composer.mode === "note" ? ["/", "@"] : ["/"]);
  const canned = useCanned(asked, conversation !== "");
  const people = useColleagues(asked, ticket.id, here);
  const list = asked?.trigger === "@" ? people : canned;
  const marked = list[Math.min(at, list.length - 1)];
  useEffect(() => setAt(0), [asked?.trigger, asked?.query]);

  const preview = useQuery({
    queryKey: ["canned-filled", ticket.id, marked?.id ?? "", conversation],
    queryFn: ({ signal }) => fillCanned(ticket.id, marked?.id ?? "", conversation, signal),
    enabled: marked?.kind === "canned" && conversation !== "",
    staleTime: 30_000,
  });

  const choose = async (one: Suggestion) => {
    if (!asked) return;
    const { over } = asked;
    const words = one.kind === "agent" ? `@${one.label} ` : (await fillCanned(ticket.id, one.id, conversation)).text;
    composer.pen.current?.insert(words, over);
  };

  const press = (event: KeyboardEvent) => {
    if (!marked || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setAt((list.indexOf(marked) + step + list.length) % list.length);
    else if (event.key === "Enter" || event.key === "Tab") void choose(marked).catch(() => undefined);
    else if (event.key === "Escape") leave(before);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const active = marked ? optionId(marked) : "";
  useEffect(() => {
    const field = composer.pen.current?.element();
    if (!field || !active) return;
    field.setAttribute("aria-controls", LIST_ID);
    field.setAttribute("aria-activedescendant", active);
    return () => {
      field.removeAttribute("aria-controls");
      field.removeAttribute("aria-activedescendant");
    };
  }, [active, composer.pen]);

  return { list, marked, preview: marked?.kind === "canned" ? preview.data : undefined, press, choose };
}
