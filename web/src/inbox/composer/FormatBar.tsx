import { Popover } from "@mantine/core";
import { IconBlockquote, IconBold, IconItalic, IconLink, IconList, IconListNumbers, type TablerIcon } from "@tabler/icons-react";
import { useEditorState, type Editor } from "@tiptap/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";

interface Tool {
  name: "bold" | "italic" | "bulletList" | "orderedList" | "blockquote";
  icon: TablerIcon;
  keys?: string;
  apply: (editor: Editor) => void;
}

const TOOLS: readonly Tool[] = [
  { name: "bold", icon: IconBold, keys: "Control+B", apply: (editor) => editor.chain().focus().toggleBold().run() },
  { name: "italic", icon: IconItalic, keys: "Control+I", apply: (editor) => editor.chain().focus().toggleItalic().run() },
  { name: "bulletList", icon: IconList, apply: (editor) => editor.chain().focus().toggleBulletList().run() },
  { name: "orderedList", icon: IconListNumbers, apply: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { name: "blockquote", icon: IconBlockquote, apply: (editor) => editor.chain().focus().toggleBlockquote().run() },
];

function LinkField({ editor, active }: { editor: Editor; active: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState("");
  const begin = () => {
    const href: unknown = editor.getAttributes("link").href;
    setAddress(typeof href === "string" ? href : "");
    setOpen(!open);
  };
  const apply = () => {
    const chain = editor.chain().focus().extendMarkRange("link");
    const href = /^[a-z]+:/i.test(address) ? address : `https://${address}`;
    if (!address) chain.unsetLink().run();
    else if (editor.state.selection.empty && !active) chain.insertContent({ type: "text", text: address, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" shadow="md" trapFocus withRoles returnFocus closeOnEscape={false}>
      <Popover.Target>
        <IconButton icon={IconLink} label={t("format.link")} aria-pressed={active} onClick={begin} />
      </Popover.Target>
      <Popover.Dropdown className="pop-box row" onKeyDown={escaping(() => setOpen(false))} aria-label={t("format.link")}>
        <input
          className="input"
          type="url"
          value={address}
          placeholder="https://"
          aria-label={t("format.address")}
          onChange={(event) => setAddress(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            apply();
          }}
        />
        <button type="button" className="btn sm" onClick={apply}>{t(address ? "format.setLink" : "format.unlink")}</button>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What can be done to the selected words. */
export function FormatBar({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const active = useEditorState({
    editor,
    selector: ({ editor: now }) => ({ ...Object.fromEntries(TOOLS.map(({ name }) => [name, now.isActive(name)])), link: now.isActive("link") }) as Record<string, boolean>,
  });
  return (
    <span className="formats" role="group" aria-label={t("format.label")}>
      {TOOLS.map(({ name, icon, keys, apply }) => (
        <IconButton key={name} icon={icon} label={t(`format.${name}`)} aria-pressed={active[name] ?? false} aria-keyshortcuts={keys} onMouseDown={(event) => event.preventDefault()} onClick={() => apply(editor)} />
      ))}
      <LinkField editor={editor} active={active.link ?? false} />
    </span>
  );
}
