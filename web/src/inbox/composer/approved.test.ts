import { expect, test } from "vitest";

import { asSent, filledIn, gapsOf, isFilled, piecesOf, type Approved } from "./approved";

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

test("what is sent has a value for each gap, and is not sent with one missing", () => {
  const template: Approved = { name: "order_update", language: "en", category: "utility", body: BODY, params: 2 };
  expect(isFilled(null)).toBe(false);
  expect(isFilled({ template, values: { 1: "Ines", order: " " } })).toBe(false);
  const filled = { template, values: { 1: " Ines", order: "90412" } };
  expect(isFilled(filled)).toBe(true);
  expect(asSent(filled)).toEqual({
    text: "Hello Ines, news about 90412. Bye Ines",
    template: { name: "order_update", language: "en", params: ["Ines", "90412"] },
  });
});
