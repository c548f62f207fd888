import { COMMANDS, type Command, type CommandId } from "./commands";

/** What of a keyboard event decides; a plain object in tests. */
export interface Press {
  key: string;
  ctrl: boolean;
  meta: boolean;
  alt: boolean;
  /** Input methods own the key: Chinese, Japanese and Korean composition, dead keys, AltGr. */
  composing: boolean;
  typing: boolean;
}

export interface Outcome {
  /** Keys of a sequence that has begun, or none. */
  pending: readonly string[];
  command: CommandId | null;
}

const NOTHING: Outcome = { pending: [], command: null };

const startsWith = (keys: readonly string[], begun: readonly string[]) =>
  begun.every((key, at) => keys[at] === key);

/** The command that `press` completes after `pending`, or the sequence it goes on with. */
export function match(pending: readonly string[], press: Press, commands: readonly Command[] = COMMANDS): Outcome {
  if (press.ctrl || press.meta || press.alt || press.composing || press.typing) return NOTHING;
  const begun = [...pending, press.key];
  const fitting = commands.filter((command) => startsWith(command.keys, begun));
  const complete = fitting.find((command) => command.keys.length === begun.length);
  if (complete) return { pending: [], command: complete.id };
  if (fitting.length > 0) return { pending: begun, command: null };
  return pending.length > 0 ? match([], press, commands) : NOTHING;
}

const TYPING = "input, textarea, select, [contenteditable=''], [contenteditable=true]";

export function pressOf(event: KeyboardEvent): Press {
  const target = event.target instanceof Element ? event.target : null;
  return {
    key: event.key,
    ctrl: event.ctrlKey,
    meta: event.metaKey,
    alt: event.altKey || event.getModifierState("AltGraph"),
    // 229 is what browsers report for keys an input method has taken.
    composing: event.isComposing || event.keyCode === 229 || event.key === "Dead",
    typing: target?.closest(TYPING) != null,
  };
}
