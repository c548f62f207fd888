import { expect, test } from "vitest";

import { filledBy, type TicketTemplate } from "./template";

const recall = { id: "recall", subject: "Please check your stove", text: "We ask you to check the valve." } as TicketTemplate;
const survey = { id: "survey", subject: "One question", text: "" } as TicketTemplate;

test("a template fills what is empty", () => {
  expect(filledBy({ subject: "", text: " " }, undefined, recall)).toEqual({ subject: recall.subject, text: recall.text });
});

test("another template takes the place of the last one's words, and none takes them away", () => {
  const filled = { subject: recall.subject, text: recall.text };
  expect(filledBy(filled, recall, survey)).toEqual({ subject: "One question", text: "" });
  expect(filledBy(filled, recall, undefined)).toEqual({ subject: "", text: "" });
});

test("what somebody wrote stays", () => {
  expect(filledBy({ subject: recall.subject, text: "Dear Elin" }, recall, survey)).toEqual({ subject: "One question", text: "Dear Elin" });
});
