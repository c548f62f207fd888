import type { Preferences } from "../api/types";

type Alert = Preferences["alerts"]["news"];
type Quiet = Preferences["quiet"];

/** Where the agent is looking: a window in front of them, and the ticket open in it. */
export interface Sight {
  visible: boolean;
  ticket: string | undefined;
}

export const NOWHERE: Alert = { page: false, desktop: false, sound: false };

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** ISO weekday and "HH:MM" in a place; "" is this one. */
function clockIn(zone: string, now: Date): { day: number; time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}),
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { day: WEEKDAYS.indexOf(part("weekday")) + 1, time: `${part("hour")}:${part("minute")}` };
}

/** Whether `now` lies in the quiet hours; hours over midnight belong to the day on which they begin. */
export function isQuiet(quiet: Quiet, zone: string, now: Date): boolean {
  if (!quiet.on) return false;
  const { day, time } = clockIn(zone, now);
  const before = day === 1 ? 7 : day - 1;
  const { begins, ends, days } = quiet;
  if (begins <= ends) return days.includes(day) && time >= begins && time < ends;
  return (days.includes(day) && time >= begins) || (days.includes(before) && time < ends);
}

/** How a notification may call: not for what one looks at, on the desktop only when the page is not in sight. */
export function waysOf(alert: Alert, ticket: string, sight: Sight, quiet: boolean): Alert {
  if (quiet || (sight.visible && sight.ticket === ticket)) return NOWHERE;
  return { page: alert.page && sight.visible, desktop: alert.desktop && !sight.visible, sound: alert.sound };
}
