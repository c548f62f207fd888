import { COMMANDS, type Command, type CommandId } from "./commands";

/** Keys that an agent gave to commands instead of their own. */
export type Keymap = { readonly [id in CommandId]?: readonly string[] };

const IDS: ReadonlySet<string> = new Set(COMMANDS.map((command) => command.id));
const MOST_KEYS = 2;

export function isKeymap(value: unknown): value is Keymap {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([id, keys]) => IDS.has(id) && Array.isArray(keys) && keys.every((key) => typeof key === "string" && key !== ""),
  );
}

/** The commands with the keys that are theirs now. */
export const boundCommands = (keymap: Keymap): readonly Command[] =>
  COMMANDS.map((command) => ({ ...command, keys: keymap[command.id] ?? command.keys }));

/** Why keys cannot be given to a command. */
export type Refusal = { why: "taken"; by: CommandId } | { why: "reserved" };

const begins = (keys: readonly string[], other: readonly string[]) => keys.every((key, at) => other[at] === key);

/** One printable sign each: Tab, Enter, the space bar, arrows and Escape are how pages are walked. */
const isFree = (key: string) => [...key].length === 1 && key.trim() !== "";

/** `null`: the keys are free. Two commands clash when one's keys are the beginning of the other's. */
export function refusal(keymap: Keymap, id: CommandId, keys: readonly string[]): Refusal | null {
  if (keys.length === 0 || keys.length > MOST_KEYS || !keys.every(isFree)) return { why: "reserved" };
  const holder = boundCommands(keymap).find(
    (other) => other.id !== id && (begins(keys, other.keys) || begins(other.keys, keys)),
  );
  return holder ? { why: "taken", by: holder.id } : null;
}

/** A keymap with one command's keys changed; its own keys again leave no trace. */
export function remapped(keymap: Keymap, id: CommandId, keys: readonly string[]): Keymap {
  const own = COMMANDS.find((command) => command.id === id)?.keys ?? [];
  const { [id]: _, ...others } = keymap;
  return own.join(" ") === keys.join(" ") ? others : { ...others, [id]: keys };
}
