import { expect, test } from "vitest";

import { askedFor } from "./suggesting";

test.each([
  ["/", "/", ""],
  ["Hello /ret", "/", "ret"],
  ["订单 /退货", "/", "退货"],
  ["ask @Jun Pa", "@", "Jun Pa"],
])("%s asks", (before, trigger, query) => {
  expect(askedFor(before, ["/", "@"])).toEqual({ trigger, query, over: query.length + 1 });
});

test.each(["and/or", "https://halden.example/x", "jo@posta.example", "12 /7 ok", ""])("%s asks nothing", (before) => {
  expect(askedFor(before, ["/", "@"])).toBeNull();
});

test("a reply calls no colleagues", () => {
  expect(askedFor("@Jun", ["/"])).toBeNull();
});
