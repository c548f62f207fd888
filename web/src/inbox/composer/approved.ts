import type { Schemas } from "../../api/types";

export type Approved = Schemas["ProviderTemplate"];

const GAP = /\{\{\s*(\w+)\s*\}\}/g;

/** The gaps of a template in the order in which a reply fills them: each name once. */
export const gapsOf = (body: string): string[] => [...new Set([...body.matchAll(GAP)].map((found) => found[1] ?? ""))];

export type Piece = { gap: string | null; text: string };

/** The body in pieces, with what fills its gaps; an unfilled gap shows its own name. */
export function piecesOf(body: string, values: Readonly<Record<string, string>>): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of body.matchAll(GAP)) {
    const gap = found[1] ?? "";
    pieces.push({ gap: null, text: body.slice(at, found.index) }, { gap, text: values[gap]?.trim() || found[0] });
    at = found.index + found[0].length;
  }
  return [...pieces, { gap: null, text: body.slice(at) }].filter((piece) => piece.text !== "");
}

export const filledIn = (body: string, values: Readonly<Record<string, string>>): string =>
  piecesOf(body, values).map((piece) => piece.text).join("");

/** A template with what was written into its gaps so far. */
export interface Filled {
  template: Approved;
  values: Readonly<Record<string, string>>;
}

export const isFilled = (filled: Filled | null): boolean => filled !== null && gapsOf(filled.template.body).every((gap) => filled.values[gap]?.trim());

/** As the server wants it: the words that the customer reads, and the template they come of. */
export function asSent({ template, values }: Filled): { text: string; template: Schemas["TemplateUse"] } {
  const params = gapsOf(template.body).map((gap) => values[gap]?.trim() ?? "");
  return { text: filledIn(template.body, values), template: { name: template.name, language: template.language, params } };
}
