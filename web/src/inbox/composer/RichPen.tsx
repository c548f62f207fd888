import { Image } from "@tiptap/extension-image";
import { EditorContent, useEditor } from "@tiptap/react";
import { StarterKit } from "@tiptap/starter-kit";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref, type RefObject } from "react";
import { createPortal } from "react-dom";

import { FormatBar } from "./FormatBar";
import { editable, letterOf, uploadUrl } from "./letter";
import { chordOf, type Pen } from "./pen";
import type { ComposerState } from "./useComposer";

const EXTENSIONS = [
  StarterKit.configure({
    heading: false, code: false, codeBlock: false, horizontalRule: false, strike: false, trailingNode: false,
    link: { openOnClick: false, defaultProtocol: "https", protocols: ["https", "http", "mailto", "tel"] },
  }),
  Image.configure({ inline: false }),
];

interface Props {
  ref: Ref<Pen>;
  composer: ComposerState;
  label: string;
  placeholder: string;
  /** Where the buttons of formatting stand. */
  bar: HTMLElement | null;
  /** How many signs of the text stood after the caret in the field before. */
  beyond: RefObject<number>;
}

/** Where that is in the document: each line is a paragraph, whose end and beginning count as two. */
const placeOf = (size: number, text: string, beyond: number) =>
  size - 1 - beyond - (beyond > 0 ? text.slice(-beyond).split("\n").length - 1 : 0);

/** The editor of mails; it comes when somebody begins to write one. */
export function RichPen({ ref, composer, label, placeholder, bar, beyond }: Props) {
  const latest = useRef(composer);
  useLayoutEffect(() => {
    latest.current = composer;
  });
  const { epoch, text, html } = composer;
  const editor = useEditor({
    extensions: EXTENSIONS,
    content: editable({ text, html }),
    injectCSS: false,
    immediatelyRender: true,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: { class: "box rich", role: "textbox", "aria-multiline": "true", "aria-label": label, dir: "auto" },
      handleKeyDown: (_, event) => {
        const chord = chordOf(event);
        if (chord !== null) latest.current.act(chord);
        return chord !== null;
      },
      // Files are the composer's own to take: the event goes on to it.
      handlePaste: (_, event) => (event.clipboardData?.files.length ?? 0) > 0,
      handleDrop: (_, event) => (event.dataTransfer?.files.length ?? 0) > 0,
    },
    onUpdate: (now) => latest.current.edit(letterOf(now.editor.getJSON())),
    onTransaction: (now) => {
      const { $from } = now.editor.state.selection;
      latest.current.caret.set($from.parent.textBetween(0, $from.parentOffset, "\n", " "));
    },
  });

  useImperativeHandle(ref, () => ({
    element: () => editor.view.dom,
    // The editor's own `focus` waits for a frame, and a key pressed meanwhile would be a shortcut.
    focus: () => editor.view.focus(),
    insert: (words, over = 0) => {
      editor.view.focus();
      const { from, to } = editor.state.selection;
      const content = words.split("\n").map((line) => ({ type: "paragraph", ...(line ? { content: [{ type: "text", text: line }] } : {}) }));
      const range = { from: from - over, to };
      if (content.length === 1) editor.commands.insertContentAt(range, words, { parseOptions: { preserveWhitespace: "full" } });
      else editor.commands.insertContentAt(range, content);
    },
    picture: (upload, name) => void editor.chain().focus().setImage({ src: uploadUrl(upload), alt: name }).run(),
  }));

  // Words that came from elsewhere: another draft, what was taken back, a template.
  const shown = useRef(epoch);
  useEffect(() => {
    if (shown.current === epoch) return;
    shown.current = epoch;
    editor.commands.setContent(editable(latest.current), { emitUpdate: false });
  }, [editor, epoch]);

  // It takes the place of a field that had the caret: no key may be lost between the two.
  useLayoutEffect(() => {
    editor.commands.setTextSelection(placeOf(editor.state.doc.content.size, text, html === null ? beyond.current : 0));
    editor.view.focus();
    // Once: where the caret goes afterwards is the agent's affair.
  }, [editor]);

  return (
    <>
      <EditorContent editor={editor} className="pen" data-placeholder={text === "" && html === null ? placeholder : undefined} />
      {bar ? createPortal(<FormatBar editor={editor} />, bar) : null}
    </>
  );
}
