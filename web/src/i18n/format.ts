import { useTranslation } from "react-i18next";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below 1,000 bytes a file shows bytes; units are decimal, as file managers count. */
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export interface Format {
  time: (iso: string) => string;
  day: (iso: string, now: Date) => string;
  dateTime: (iso: string) => string;
  /** A moment to come in the fewest signs: the clock today, else the day. */
  soon: (iso: string, now: Date) => string;
  bytes: (count: number) => string;
  count: (value: number) => string;
  list: (names: readonly string[]) => string;
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

export function formatFor(language: string, today: string, yesterday: string): Format {
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const near = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
  const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const far = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", hourCycle: "h23" });
  const number = new Intl.NumberFormat(language);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return {
    time: (iso) => time.format(new Date(iso)),
    soon: (iso, now) => (sameDay(new Date(iso), now) ? time : short).format(new Date(iso)),
    dateTime: (iso) => full.format(new Date(iso)),
    day: (iso, now) => {
      const at = new Date(iso);
      if (sameDay(at, now)) return today;
      if (sameDay(at, new Date(now.getTime() - DAY))) return yesterday;
      return at.getFullYear() === now.getFullYear() ? near.format(at) : far.format(at);
    },
    bytes: (count) => {
      const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
      const value = count / 1000 ** power;
      return new Intl.NumberFormat(language, {
        style: "unit",
        unit: UNITS[power] ?? "byte",
        unitDisplay: power === 0 ? "long" : "short",
        maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
      }).format(value);
    },
    count: (value) => number.format(value),
    list: (names) => list.format(names),
  };
}

/** The browser's formats are dear to make (a third of a millisecond together), and every row and message asks for them. */
const made = new Map<string, Format>();

export function useFormat(): Format {
  const { t, i18n } = useTranslation();
  const words = [i18n.language, t("day.today"), t("day.yesterday")] as const;
  const name = words.join("\n");
  const format = made.get(name) ?? formatFor(...words);
  made.set(name, format);
  return format;
}

export type Span = { unit: "now" | "minutes" | "hours" | "days"; count: number };

/** How long ago `iso` was, in the one unit that says it: under a minute is "now". */
export function spanSince(iso: string, now: Date): Span {
  const ms = Math.max(0, now.getTime() - new Date(iso).getTime());
  if (ms < MINUTE) return { unit: "now", count: 0 };
  if (ms < HOUR) return { unit: "minutes", count: Math.floor(ms / MINUTE) };
  if (ms < DAY) return { unit: "hours", count: Math.floor(ms / HOUR) };
  return { unit: "days", count: Math.floor(ms / DAY) };
}

/** How many midnights lie between `iso` and `now`, by the clock of this place. */
export function daysSince(iso: string, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.max(0, Math.round((midnight(now) - midnight(new Date(iso))) / DAY));
}
