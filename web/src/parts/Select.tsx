interface Props<T extends string> {
  id?: string;
  label?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | undefined;
  value: T;
  options: readonly { value: T; label: string; lang?: string }[];
  onChange: (value: T) => void;
}

/** The browser's own list of choices: right by keyboard, voice and touch without our doing. */
export function Select<T extends string>({ id, label, value, options, onChange, ...aria }: Props<T>) {
  return (
    <select
      id={id}
      className="input select"
      aria-label={label}
      {...aria}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => <option key={option.value} value={option.value} lang={option.lang}>{option.label}</option>)}
    </select>
  );
}
