import { IconX } from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;
const ENDS = new Set(["Enter", ",", ";", " "]);
const MOST = 50;

/** The addresses in what was typed or pasted: "Jo <jo@x.example>, a@b.example". */
export function addressesIn(text: string): string[] {
  return text.split(/[\s,;<>]+/).map((one) => one.trim()).filter((one) => ADDRESS.test(one));
}

interface Props {
  label: string;
  value: readonly string[];
  known: readonly string[];
  onChange: (value: string[]) => void;
}

/** People in copy as chips: Enter, comma or space ends one, Backspace takes the last away. */
export function AddressField({ label, value, known, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const add = (typed: string) => {
    const found = addressesIn(typed);
    if (!typed.trim()) return setWrong(false);
    if (found.length === 0) return setWrong(true);
    const seen = new Set(value.map((one) => one.toLowerCase()));
    onChange([...value, ...found.filter((one) => !seen.has(one.toLowerCase()))].slice(0, MOST));
    setText("");
    setWrong(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    if (ENDS.has(event.key)) {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "") onChange(value.slice(0, -1));
  };
  return (
    <div className="people">
      <label className="meta" htmlFor={id}>{label}</label>
      <ul className="names" aria-label={label}>
        {value.map((one) => (
          <li key={one} className="badge tag" title={one}>
            <span className="cut">{one}</span>
            <button type="button" aria-label={t("copies.remove", { address: one })} onClick={() => onChange(value.filter((other) => other !== one))}>
              <Glyph of={IconX} size="xs" />
            </button>
          </li>
        ))}
      </ul>
      <input
        id={id}
        type="email"
        multiple
        list={`${id}-known`}
        value={text}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text");
          if (addressesIn(pasted).length === 0) return;
          event.preventDefault();
          add(pasted);
        }}
        onBlur={() => add(text)}
      />
      {wrong ? <span id={`${id}-wrong`} className="meta late-t" role="alert">{t("copies.wrong")}</span> : null}
      <datalist id={`${id}-known`}>{known.filter((one) => !value.includes(one)).map((one) => <option key={one} value={one} />)}</datalist>
    </div>
  );
}
