const CAPS: Record<string, string> = { Escape: "Esc" };

/** A key as its cap shows it: capitals are typed with Shift. */
export function cap(key: string): string {
  if (/^\p{Lu}$/u.test(key)) return `⇧ ${key}`;
  return CAPS[key] ?? key.toUpperCase();
}
