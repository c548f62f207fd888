import { render } from "@testing-library/react";
import { expect, test } from "vitest";

import { Marked } from "./Marked";

const marked = (text: string, marks: number[][]) => {
  const { container } = render(<Marked text={text} marks={marks} />);
  return [container.textContent, [...container.querySelectorAll("mark")].map((one) => one.textContent)];
};

test.each([
  ["the valve leaks", [[4, 9]], ["valve"]],
  ["👍👍 valve", [[3, 8]], ["valve"]],
  ["炉头阀门漏气", [[2, 4], [4, 6]], ["阀门", "漏气"]],
  ["nothing", [], []],
])("%s with marks %j", (text, marks, expected) => {
  expect(marked(text, marks)).toEqual([text, expected]);
});
