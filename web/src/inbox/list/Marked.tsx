/** Text with the stretches that answered the search, [start, end) in code points as the API counts, marked. */
export function Marked({ text, marks }: { text: string; marks: number[][] }) {
  const signs = [...text];
  const cut = (from: number, to?: number) => signs.slice(from, to).join("");
  let end = 0;
  const parts = marks.flatMap(([from = 0, to = 0]) => {
    const start = Math.max(from, end);
    const before = cut(end, start);
    end = Math.max(end, to);
    return [before, <mark key={from}>{cut(start, to)}</mark>];
  });
  return (
    <>
      {parts}
      {cut(end)}
    </>
  );
}
