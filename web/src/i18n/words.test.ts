import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import en from "./en.json";
import zh from "./zh-CN.json";

type Words = { [key: string]: string | Words };

const flat = (words: Words, path = ""): [string, string][] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${path}${key}`, value] as [string, string]] : flat(value, `${path}${key}.`),
  );

const PLURAL = /_(zero|one|two|few|many|other)$/;
const stem = (key: string) => key.replace(PLURAL, "");
const english = new Map(flat(en));
const chinese = new Map(flat(zh as Words));
const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

/** The source of every component, tests aside, as one text. */
const source = readdirSync(join(import.meta.dirname, ".."), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
  .map((name) => readFileSync(join(import.meta.dirname, "..", name), "utf8"))
  .join("\n");

/** What stands in the source for `a.b.c`: the whole key, or a template that makes its end, or its middle. */
function used(key: string): boolean {
  if (source.includes(`"${key}"`)) return true;
  const parts = key.split(".");
  return parts.some((_, at) => at > 0 && source.includes(`\`${parts.slice(0, at).join(".")}.\${`));
}

test("no word stands twice: of two the file would silently lose one", () => {
  for (const [name, words] of [["en", en], ["zh-CN", zh]] as const) {
    const text = readFileSync(join(import.meta.dirname, `${name}.json`), "utf8");
    expect(text).toBe(`${JSON.stringify(words, null, 2)}\n`);
  }
});

test("both languages have the same words", () => {
  const stems = (words: Map<string, string>) => [...new Set([...words.keys()].map(stem))].sort();
  expect(stems(chinese)).toEqual(stems(english));
});

test("each language has the plurals that it distinguishes, and no others", () => {
  for (const [language, words] of [["en", english], ["zh-CN", chinese]] as const) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const counted = new Map<string, string[]>();
    for (const key of words.keys()) {
      const form = PLURAL.exec(key)?.[1];
      if (form) counted.set(stem(key), [...(counted.get(stem(key)) ?? []), form].sort());
    }
    for (const [key, found] of counted) expect([key, found]).toEqual([key, forms]);
  }
});

test("translations keep the holes of the original", () => {
  for (const [key, text] of chinese) {
    const original = english.get(key) ?? english.get(`${stem(key)}_other`) ?? "";
    expect([key, holes(text)]).toEqual([key, holes(original)]);
  }
});

test("nothing is left untranslated", () => {
  const names = new Set(["Telegram", "WhatsApp", "API", "Parley"]);
  const same = [...chinese].filter(([key, text]) => english.get(key) === text && /[a-z]{2}/i.test(text) && !names.has(text));
  expect(same.map(([key]) => key)).toEqual([]);
});

test("every word is used", () => {
  expect([...english.keys()].map(stem).filter((key) => !used(key))).toEqual([]);
});
