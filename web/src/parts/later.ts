/** A moment to come that people name: "in 3 hours", "tomorrow morning". */
export type LaterId = "hours3" | "evening" | "tomorrow" | "monday";

export interface Later {
  id: LaterId;
  at: Date;
}

const MORNING_H = 9;
const EVENING_H = 18;
const HOUR_MS = 3_600_000;

const clock = (day: Date, plusDays: number, hour: number) =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + plusDays, hour);

/** The presets that still lie ahead, soonest first, by the clock of this place. */
export function laterPresets(now: Date): Later[] {
  const toMonday = ((8 - now.getDay()) % 7) || 7;
  const all: Later[] = [
    { id: "hours3", at: new Date(Math.ceil((now.getTime() + 3 * HOUR_MS) / (HOUR_MS / 4)) * (HOUR_MS / 4)) },
    { id: "evening", at: clock(now, 0, EVENING_H) },
    { id: "tomorrow", at: clock(now, 1, MORNING_H) },
    { id: "monday", at: clock(now, toMonday, MORNING_H) },
  ];
  // An evening that is nearly there, and a Monday that is tomorrow, are said by another.
  const fits = ({ id, at }: Later) =>
    id === "evening" ? at.getTime() - now.getTime() > HOUR_MS : id !== "monday" || toMonday > 1;
  return all.filter(fits).sort((a, b) => a.at.getTime() - b.at.getTime());
}
