/** 3GPP TS 23.038: the default alphabet of SMS, and the signs that take two of its places. */
const GSM = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const GSM_TWO = new Set("^{}\\[~]|€\f");

export interface Segments {
  used: number;
  /** Places in all the parts that the text takes. */
  room: number;
  parts: number;
}

/** A sign of two places is never cut in two, so a part may end one place early. */
const fit = (widths: readonly number[], single: number, joined: number): Segments => {
  const used = widths.reduce((sum, width) => sum + width, 0);
  if (used <= single) return { used, room: single, parts: 1 };
  let parts = 1;
  let filled = 0;
  for (const width of widths) {
    if (filled + width > joined) [parts, filled] = [parts + 1, 0];
    filled += width;
  }
  return { used, room: parts * joined, parts };
};

/** How many SMS a text becomes: 160 places, or 70 once a sign needs UCS-2; joined parts lose some to their header. */
export function segmentsOf(text: string): Segments {
  const signs = [...text];
  const basic = signs.every((sign) => GSM.has(sign) || GSM_TWO.has(sign));
  if (!basic) return fit(signs.map((sign) => sign.length), 70, 67);
  return fit(signs.map((sign) => (GSM_TWO.has(sign) ? 2 : 1)), 160, 153);
}
