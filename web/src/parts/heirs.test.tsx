import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { heirs } from "./heirs";

function Chips({ given }: { given: string[] }) {
  const [names, setNames] = useState(given);
  return (
    <section ref={heirs}>
      <button type="button">before</button>
      <ul>
        {names.map((name) => (
          <li key={name}><button type="button" onClick={() => setNames(names.filter((one) => one !== name))}>{name}</button></li>
        ))}
      </ul>
      <button type="button" onClick={() => setNames([])}>add</button>
    </section>
  );
}

async function press(name: string) {
  const button = screen.getByText(name);
  button.focus();
  await act(async () => {
    fireEvent.click(button);
    await Promise.resolve();
  });
  return document.activeElement?.textContent;
}

test.each([
  [["one", "two", "three"], "one", "two"],
  [["one", "two", "three"], "two", "three"],
  [["one", "two"], "two", "add"],
  [["one"], "one", "add"],
])("of %j, when %s goes, %s has the focus", async (given, gone, heir) => {
  render(<Chips given={given} />);
  expect(await press(gone)).toBe(heir);
});

test("focus that stands elsewhere stays there", async () => {
  render(<><input aria-label="elsewhere" /><Chips given={["one"]} /></>);
  const chip = screen.getByText("one");
  chip.focus();
  screen.getByLabelText("elsewhere").focus();
  await act(async () => {
    fireEvent.click(chip);
    await Promise.resolve();
  });
  expect(document.activeElement).toBe(screen.getByLabelText("elsewhere"));
});
