import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../api/queries";
import type { TicketEvent } from "../api/types";
import { eventWords } from "./eventWords";
import { useFieldWords } from "./useFieldWords";

/** `eventWords` in the agent's language, with the names of colleagues. */
export function useEventWords(): (event: TicketEvent) => string | null {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const words = useFieldWords();
  return useCallback((event) => eventWords(event, agents ?? [], t, words), [t, agents, words]);
}
