import type { Catalogue } from "../api/types";

export type TicketTemplate = Catalogue["templates"][number];
export interface Words {
  subject: string;
  text: string;
}

const NOTHING: Words = { subject: "", text: "" };

/** The words after another template was chosen: what somebody typed over the last one's stays. */
export function filledBy(now: Words, last: TicketTemplate | undefined, next: TicketTemplate | undefined): Words {
  const of = (field: keyof Words) => (now[field].trim() === "" || now[field] === (last ?? NOTHING)[field] ? (next ?? NOTHING)[field] : now[field]);
  return { subject: of("subject"), text: of("text") };
}
