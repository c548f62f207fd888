import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { cssOf } from "./tokenCss.mjs";
import tokens from "./tokens.json";

type Scheme = "light" | "dark";

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test.each<Scheme>(["light", "dark"])("every pair of the %s theme can be told apart", (scheme) => {
  const colors: Record<string, string> = tokens.color[scheme];
  const tooClose = tokens.contrast[scheme].filter(
    ({ on, fg, need }) => contrast(colors[on] ?? "", colors[fg] ?? "") < need - 0.005,
  );
  expect(tooClose).toEqual([]);
});

test("the stylesheet is the one that the tokens stand for", () => {
  expect(readFileSync(join(import.meta.dirname, "tokens.css"), "utf8")).toBe(cssOf(tokens));
});
