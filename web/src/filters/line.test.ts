import { expect, test } from "vitest";

import { lineOf } from "./begin";
import { asked, asking, askingUnread, asksSolved, asksUnread, tokenOf, without } from "./line";

test("a filter is put in, replaced and taken out; the words stay", () => {
  const one = asking("stove leak", "status", "open");
  expect(one).toBe("stove leak status:open");
  expect(asking(one, "status", "waiting")).toBe("stove leak status:waiting");
  expect(asking(one, "status", "")).toBe("stove leak");
});

test("a name with a space is quoted and read back", () => {
  const line = asking("", "assignee", "Mira Okafor");
  expect(line).toBe('assignee:"Mira Okafor"');
  expect(asked(line, "assignee")).toBe("Mira Okafor");
});

test("what is inside a phrase, or excluded, is no filter", () => {
  expect(asked('"status:open later" -status:closed', "status")).toBe("");
  expect(asking("-tag:stove", "tag", "tent")).toBe("-tag:stove tag:tent");
});

test("taking one part out leaves another that begins alike", () => {
  expect(without("-tag:a tag:a", "tag:a")).toBe("-tag:a");
  expect(without("tag:ab tag:a", "tag:a")).toBe("tag:ab");
});

test("unread is asked once", () => {
  expect(askingUnread("is:mine is:unread", true)).toBe("is:mine is:unread");
  expect(asksUnread("is:mine is:unread")).toBe(true);
  expect(askingUnread("is:mine is:unread", false)).toBe("is:mine");
});

test("who has a name within another's is named by id", () => {
  const all = [{ value: "a-1", label: "Jun" }, { value: "a-2", label: "Jun Park" }];
  expect(all.map((one) => tokenOf(one, all))).toEqual(["a-1", "Jun Park"]);
});

test.each([["status:solved", true], ["-is:open", true], ["status:open", false], ["-status:closed", false]])("%s looks at what is solved: %s", (line, solved) => {
  expect(asksSolved(line)).toBe(solved);
});

test("a list goes on as its own line; what no line can say does not", () => {
  const inboxes = [{ value: "i-1", label: "Warranty EU" }];
  expect(lineOf({ kind: "view", key: "mine" }, [])).toBe("is:mine -is:snoozed");
  expect(lineOf({ kind: "inbox", key: "i-1" }, inboxes)).toBe('inbox:"Warranty EU" -is:snoozed');
  expect(lineOf({ kind: "search", key: "open", q: "stove" }, [])).toBe("stove");
  expect(lineOf({ kind: "saved", key: "v-1" }, [])).toBeNull();
  expect(lineOf({ kind: "view", key: "mentions" }, [])).toBeNull();
});
