import { createContext, use } from "react";

import type { Message } from "../api/types";

/** The message that the answer being written points to. */
export interface Answering {
  answering: Message | null;
  answer: (message: Message | null) => void;
  /** The inboxes on whose channels that can be seen. */
  quoting: readonly string[];
}

export const AnsweringContext = createContext<Answering>({ answering: null, answer: () => undefined, quoting: [] });

export const useAnswering = (): Answering => use(AnsweringContext);
