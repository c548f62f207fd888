/** Text with the stretches that answered the search, as [start, end) in UTF-16 units, marked. */
export function Marked({ text, marks }: { text: string; marks: number[][] }) {
  let end = 0;
  const parts = marks.flatMap(([from = 0, to = 0]) => {
    const before = text.slice(end, from);
    const hit = text.slice(Math.max(from, end), to);
    end = Math.max(end, to);
    return [before, <mark key={from}>{hit}</mark>];
  });
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}
