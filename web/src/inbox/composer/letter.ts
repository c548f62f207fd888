/** The editor's document (ProseMirror's JSON) as a mail's HTML and as its plain text. Pure. */
export interface Node {
  type?: string | undefined;
  text?: string | undefined;
  attrs?: Record<string, unknown> | undefined;
  marks?: readonly { type: string; attrs?: Record<string, unknown> | undefined }[] | undefined;
  content?: readonly Node[] | undefined;
}

export interface Letter {
  text: string;
  /** Null where nothing is formatted: such an answer goes as plain text. */
  html: string | null;
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
const TAGS: Record<string, string> = { bold: "b", italic: "i", underline: "u" };
const PLAIN = new Set(["doc", "paragraph", "text", "hardBreak"]);
const UPLOADS = "/api/v1/uploads/";

const attribute = (node: Node, name: string): string => {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : "";
};
const inner = (node: Node, each: (child: Node) => string) => (node.content ?? []).map(each).join("");
const isFormatted = (node: Node): boolean =>
  !PLAIN.has(node.type ?? "") || (node.marks ?? []).length > 0 || (node.content ?? []).some(isFormatted);

function markedHtml(node: Node): string {
  return (node.marks ?? []).reduce((html, mark) => {
    if (mark.type === "link") return `<a href="${escape(String(mark.attrs?.href ?? ""))}">${html}</a>`;
    const tag = TAGS[mark.type];
    return tag ? `<${tag}>${html}</${tag}>` : html;
  }, escape(node.text ?? ""));
}

const HTML: Record<string, (node: Node) => string> = {
  text: markedHtml,
  hardBreak: () => "<br>",
  paragraph: (node) => `<div>${inner(node, htmlOf) || "<br>"}</div>`,
  bulletList: (node) => `<ul>${inner(node, htmlOf)}</ul>`,
  orderedList: (node) => `<ol>${inner(node, htmlOf)}</ol>`,
  listItem: (node) => `<li>${inner(node, htmlOf)}</li>`,
  blockquote: (node) => `<blockquote>${inner(node, htmlOf)}</blockquote>`,
  image: (node) => `<img src="cid:${escape(attribute(node, "src").replace(UPLOADS, ""))}" alt="${escape(attribute(node, "alt"))}">`,
};
const htmlOf = (node: Node): string => HTML[node.type ?? ""]?.(node) ?? inner(node, htmlOf);

const indented = (text: string, first: string, rest: string) => text.split("\n").map((line, at) => (at === 0 ? first : rest) + line).join("\n");

function wordsOf(node: Node): string {
  const link = node.marks?.find((mark) => mark.type === "link");
  const href = String(link?.attrs?.href ?? "");
  const text = node.text ?? "";
  return href && href !== text && href !== `mailto:${text}` ? `${text} (${href})` : text;
}

const blocks = (node: Node) => (node.content ?? []).map(textOf).join("\n");
const TEXT: Record<string, (node: Node) => string> = {
  text: wordsOf,
  hardBreak: () => "\n",
  image: (node) => `[${attribute(node, "alt")}]`,
  paragraph: (node) => inner(node, textOf),
  bulletList: (node) => (node.content ?? []).map((item) => indented(blocks(item), "- ", "  ")).join("\n"),
  orderedList: (node) => (node.content ?? []).map((item, at) => indented(blocks(item), `${at + 1}. `, "   ")).join("\n"),
  blockquote: (node) => indented(blocks(node), "> ", "> "),
};
const textOf = (node: Node): string => (TEXT[node.type ?? ""] ?? blocks)(node);

export function letterOf(doc: Node): Letter {
  return { text: textOf(doc), html: isFormatted(doc) ? inner(doc, htmlOf) : null };
}

/** What the editor shows for a kept draft: its own HTML, else its lines. */
export function editable(letter: Letter): string {
  const { html, text } = letter;
  if (html === null) return text.split("\n").map((line) => `<p>${escape(line)}</p>`).join("");
  return html
    .replaceAll("<div><br></div>", "<p></p>")
    .replace(/<(\/?)div>/g, "<$1p>")
    .replace(/src="cid:([\w-]+)"/g, `src="${UPLOADS}$1"`);
}

/** The uploads that are shown inside a letter. */
export const shownUploads = (html: string | null): string[] => [...(html ?? "").matchAll(/src="cid:([\w-]+)"/g)].flatMap((found) => found[1] ?? []);

export const uploadUrl = (id: string) => UPLOADS + id;
