/** A key cap. Screen readers learn shortcuts from aria-keyshortcuts, so the cap is hidden from them. */
export function Kbd({ children }: { children: string }) {
  return (
    <span className="kbd" aria-hidden="true">
      {children}
    </span>
  );
}
