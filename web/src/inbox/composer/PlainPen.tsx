import { useImperativeHandle, useLayoutEffect, useRef, type Ref } from "react";

import { chordOf, type Pen } from "./pen";
import type { ComposerState } from "./useComposer";

interface Props {
  ref: Ref<Pen>;
  composer: ComposerState;
  label: string;
  placeholder: string;
  onFocus?: (() => void) | undefined;
}

/** A field that grows with its words. */
export function PlainPen({ ref, composer, label, placeholder, onFocus }: Props) {
  const { text, mode, edit, act, caret } = composer;
  const box = useRef<HTMLTextAreaElement>(null);

  useImperativeHandle(ref, () => ({
    element: () => box.current,
    focus: () => box.current?.focus(),
    insert: (words, over = 0) => {
      const field = box.current;
      if (!field) return;
      field.focus();
      field.setSelectionRange(field.selectionStart - over, field.selectionEnd);
      // The browser's own way keeps its undo; where it is refused the text is set.
      if (!document.execCommand("insertText", false, words)) {
        field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
        edit({ text: field.value, html: null });
      }
    },
  }));

  useLayoutEffect(() => {
    const field = box.current;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }, [text, mode]);

  const tell = () => {
    const field = box.current;
    if (field) caret.set(field.value.slice(0, field.selectionEnd).split("\n").at(-1) ?? "");
  };
  return (
    <textarea
      ref={box}
      className="box"
      rows={2}
      value={text}
      dir="auto"
      aria-label={label}
      placeholder={placeholder}
      onFocus={onFocus}
      onChange={(event) => {
        edit({ text: event.target.value, html: null });
        tell();
      }}
      onSelect={tell}
      onKeyDown={(event) => {
        const chord = chordOf({ ...event, key: event.key, isComposing: event.nativeEvent.isComposing });
        if (chord === null) return;
        event.preventDefault();
        act(chord);
      }}
    />
  );
}
