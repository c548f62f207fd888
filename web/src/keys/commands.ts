export type CommandId =
  | "next"
  | "previous"
  | "back"
  | "reply"
  | "note"
  | "undo"
  | "solve"
  | "assignMe"
  | "assign"
  | "panel"
  | "search"
  | "sheet"
  | "goMine"
  | "goUnassigned"
  | "goWaiting"
  | "goLongest"
  | "goOpen"
  | "goSolved"
  | "refresh"
  | "filter"
  | "select"
  | "status"
  | "priority"
  | "tag"
  | "snooze"
  | "copyLink"
  | "compose"
  | "merge"
  | "follow";

export type CommandGroup = "move" | "answer" | "sort" | "everywhere";

export interface Command {
  id: CommandId;
  group: CommandGroup;
  /** Keys pressed one after the other, as `KeyboardEvent.key` gives them. */
  keys: readonly string[];
}

export const COMMANDS: readonly Command[] = [
  { id: "next", group: "move", keys: ["j"] },
  { id: "previous", group: "move", keys: ["k"] },
  { id: "back", group: "move", keys: ["Escape"] },
  { id: "goMine", group: "move", keys: ["g", "i"] },
  { id: "goUnassigned", group: "move", keys: ["g", "u"] },
  { id: "goWaiting", group: "move", keys: ["g", "w"] },
  { id: "goLongest", group: "move", keys: ["g", "l"] },
  { id: "goOpen", group: "move", keys: ["g", "a"] },
  { id: "goSolved", group: "move", keys: ["g", "s"] },
  { id: "reply", group: "answer", keys: ["r"] },
  { id: "note", group: "answer", keys: ["n"] },
  { id: "undo", group: "answer", keys: ["z"] },
  { id: "solve", group: "sort", keys: ["e"] },
  { id: "assignMe", group: "sort", keys: ["a"] },
  { id: "assign", group: "sort", keys: ["A"] },
  { id: "status", group: "sort", keys: ["s"] },
  { id: "priority", group: "sort", keys: ["p"] },
  { id: "tag", group: "sort", keys: ["t"] },
  { id: "snooze", group: "sort", keys: ["h"] },
  { id: "merge", group: "sort", keys: ["m"] },
  { id: "follow", group: "sort", keys: ["f"] },
  { id: "select", group: "sort", keys: ["x"] },
  { id: "compose", group: "answer", keys: ["c"] },
  { id: "copyLink", group: "everywhere", keys: ["y"] },
  { id: "refresh", group: "everywhere", keys: ["u"] },
  { id: "search", group: "everywhere", keys: ["/"] },
  { id: "filter", group: "everywhere", keys: ["F"] },
  { id: "panel", group: "everywhere", keys: ["."] },
  { id: "sheet", group: "everywhere", keys: ["?"] },
];
