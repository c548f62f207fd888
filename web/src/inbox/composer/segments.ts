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

const fit = (used: number, single: number, joined: number): Segments => {
  const parts = used <= single ? 1 : Math.ceil(used / joined);
  return { used, room: parts === 1 ? single : parts * joined, parts };
};

/** How many SMS a text becomes: 160 places, or 70 once a sign needs UCS-2; joined parts lose some to their header. */
export function segmentsOf(text: string): Segments {
  let places = 0;
  for (const sign of text) {
    if (GSM.has(sign)) places += 1;
    else if (GSM_TWO.has(sign)) places += 2;
    else return fit(text.length, 70, 67);
  }
  return fit(places, 160, 153);
}
