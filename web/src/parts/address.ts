/** An address as people write it: the API puts its family before it ("mailto:elena@posta.example"). */
export function plainAddress(recipient: string): string {
  return recipient.replace(/^[a-z][a-z_]*:/, "");
}

/** Country codes of one and of two digits (ITU-T E.164); all others have three. */
const COUNTRY = /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d{4,})$/;
const GROUPS: Readonly<Record<number, readonly number[]>> = { 7: [3, 4], 8: [4, 4], 9: [3, 3, 3], 10: [3, 3, 4], 11: [3, 4, 4] };

/** "+14155550137" as "+1 415 555 0137" (ITU-T E.123); anything else as it is. */
export function readableNumber(text: string): string {
  const found = /^\+\d{7,15}$/.test(text) ? COUNTRY.exec(text.slice(1)) : null;
  if (!found) return text;
  const [, country = "", national = ""] = found;
  let at = 0;
  const groups = (GROUPS[national.length] ?? [national.length]).map((size) => national.slice(at, (at += size)));
  return `+${country} ${groups.join(" ")}`;
}
