const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/u;

/** Two Latin letters, one Han or Hangul character, or a sign for a bare number. */
export function initials(name: string): string {
  const trimmed = name.trim();
  const first = [...trimmed][0];
  if (first === undefined) return "?";
  if (CJK.test(first)) return first;
  if (/^[+\d]/u.test(trimmed)) return "#";
  const words = trimmed.split(/[\s._@-]+/u).filter((word) => /^\p{L}/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? first];
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}
