export type MomentName = "hour" | "evening" | "tomorrow" | "monday" | "week";

export interface Moment {
  name: MomentName;
  at: Date;
}

const MORNING = 9;
const EVENING = 18;
const MONDAY = 1;
const HOUR_MS = 3_600_000;

const day = (now: Date, days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);

/** Moments that people mean, by the clock of this place; those that say the same or are past are left out. */
export function moments(now: Date): Moment[] {
  const toMonday = (MONDAY - now.getDay() + 7) % 7 || 7;
  const all: Moment[] = [
    { name: "hour", at: new Date(Math.ceil((now.getTime() + HOUR_MS) / 300_000) * 300_000) },
    { name: "evening", at: day(now, 0, EVENING) },
    { name: "tomorrow", at: day(now, 1, MORNING) },
    { name: "monday", at: day(now, toMonday, MORNING) },
    { name: "week", at: day(now, 7, MORNING) },
  ];
  return all.filter((one, index) => one.at.getTime() - now.getTime() > HOUR_MS / 2 && all.findIndex((other) => other.at.getTime() === one.at.getTime()) === index);
}

/** As `<input type="datetime-local">` wants it: this place's clock, to the minute. */
export function localValue(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
