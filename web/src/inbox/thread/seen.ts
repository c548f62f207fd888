const KEY = "parley.seen";
const MOST = 400;

type Marks = [ticket: string, at: string][];

function read(): Marks {
  try {
    const marks: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(marks) ? (marks as Marks) : [];
  } catch {
    return [];
  }
}

/** When the newest message was said that this browser has shown of the ticket. */
export function seenAt(ticket: string): string | null {
  return read().find(([id]) => id === ticket)?.[1] ?? null;
}

export function rememberSeen(ticket: string, at: string): void {
  const others = read().filter(([id]) => id !== ticket);
  localStorage.setItem(KEY, JSON.stringify([[ticket, at], ...others].slice(0, MOST)));
}
