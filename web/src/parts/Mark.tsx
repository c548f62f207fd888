/** A speech bubble whose tail is the stem of a P; the counter is a smaller bubble answering it. */
export function Mark({ size }: { size: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M17 3a11 11 0 0 1 0 22h-4.2L8.2 29.2A1.3 1.3 0 0 1 6 28.3V14A11 11 0 0 1 17 3Zm.2 6.4a4.7 4.7 0 0 0-4.7 4.7 4.7 4.7 0 0 0 4.7 4.7c.8 0 1.5-.2 2.2-.5l2 .6a.5.5 0 0 0 .6-.6l-.6-2a4.7 4.7 0 0 0-4.2-6.9Z"
      />
    </svg>
  );
}
