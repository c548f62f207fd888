import { expect, test } from "vitest";

import { editable, letterOf, shownUploads, type Node } from "./letter";

const p = (...content: Node[]): Node => ({ type: "paragraph", content });
const words = (text: string, ...marks: NonNullable<Node["marks"]>): Node => ({ type: "text", text, marks });
const doc = (...content: Node[]): Node => ({ type: "doc", content });
const item = (text: string): Node => ({ type: "listItem", content: [p(words(text))] });

test("unformatted lines are plain text and no HTML", () => {
  expect(letterOf(doc(p(words("Hello,")), p(), p(words("Mira"))))).toEqual({ text: "Hello,\n\nMira", html: null });
});

test("signs of HTML stay signs", () => {
  const { html } = letterOf(doc(p(words('<b onclick="x">&', { type: "bold" }))));
  expect(html).toBe("<div><b>&lt;b onclick=&quot;x&quot;&gt;&amp;</b></div>");
});

test("a link keeps its address in the plain text, unless it is the text", () => {
  const link = (text: string, href: string) => words(text, { type: "link", attrs: { href } });
  const letter = letterOf(doc(p(link("label", "https://halden.example/l")), p(link("https://a.example", "https://a.example"))));
  expect(letter.text).toBe("label (https://halden.example/l)\nhttps://a.example");
  expect(letter.html).toContain('<a href="https://halden.example/l">label</a>');
});

test("lists and quotes have their marks in plain text", () => {
  const letter = letterOf(doc({ type: "orderedList", content: [item("one"), item("two")] }, { type: "blockquote", content: [p(words("said")), p(words("so"))] }));
  expect(letter.text).toBe("1. one\n2. two\n> said\n> so");
});

test("a picture goes by the id of its upload and comes back to be shown", () => {
  const image: Node = { type: "image", attrs: { src: "/api/v1/uploads/u1", alt: "valve.jpg" } };
  const { html, text } = letterOf(doc(image));
  expect(html).toBe('<img src="cid:u1" alt="valve.jpg">');
  expect(text).toBe("[valve.jpg]");
  expect(shownUploads(html)).toEqual(["u1"]);
  expect(editable({ html, text })).toContain('src="/api/v1/uploads/u1"');
});

test("a kept draft is edited as it was written", () => {
  expect(editable({ html: null, text: "a < b\n\nc" })).toBe("<p>a &lt; b</p><p></p><p>c</p>");
  expect(editable({ html: "<div><b>x</b></div><div><br></div>", text: "" })).toBe("<p><b>x</b></p><p></p>");
});
