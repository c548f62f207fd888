import type { Schemas } from "../api/types";
import type { Found } from "../parts/FindField";

export interface Recipient extends Found {
  address: string;
  name: string;
}

const FAMILIES: readonly [RegExp, string][] = [[/mail/, "mailto"], [/sms|whatsapp|voice|phone/, "tel"]];

/** Whether an inbox of this channel can write to such an address. */
const fits = (channel: string, family: string): boolean =>
  (FAMILIES.find(([named]) => named.test(channel))?.[1] ?? channel.split("_")[0]) === family;

/** The addresses of people that can be written to from an inbox of this channel. */
export const recipientsOf = (contacts: readonly Schemas["ContactCard"][], channel: string): Recipient[] =>
  contacts.flatMap((contact) =>
    contact.points.filter((point) => !point.blocked && point.value !== "" && fits(channel, point.family)).map((point) => ({
      id: point.key,
      label: contact.name || point.display || point.value,
      hint: point.display || point.value,
      address: point.value,
      name: contact.name,
    })),
  );
