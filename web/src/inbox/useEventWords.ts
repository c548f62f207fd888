import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../api/queries";
import type { TicketEvent } from "../api/types";
import { eventWords } from "./eventWords";

/** `eventWords` in the agent's language, with the names of colleagues. */
export function useEventWords(): (event: TicketEvent) => string | null {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  return useCallback((event) => eventWords(event, agents ?? [], t), [t, agents]);
}
