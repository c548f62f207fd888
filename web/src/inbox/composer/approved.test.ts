import { expect, test } from "vitest";

import { filledIn, gapsOf, piecesOf } from "./approved";

const BODY = "Hello {{1}}, news about {{ order }}. Bye {{1}}";

test("each gap is asked once, in the order of the body", () => {
  expect(gapsOf(BODY)).toEqual(["1", "order"]);
});

test("every place of a gap is filled, and braces in a value stay words", () => {
  expect(filledIn(BODY, { 1: "{{order}}", order: "90412" })).toBe("Hello {{order}}, news about 90412. Bye {{order}}");
});

test("an open gap shows itself", () => {
  expect(piecesOf("a {{1}}", {})).toEqual([{ gap: null, text: "a " }, { gap: "1", text: "{{1}}" }]);
});
