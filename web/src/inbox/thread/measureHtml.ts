const PROBE = "position:absolute;left:0;top:0;height:0;border:0;visibility:hidden;pointer-events:none";

/**
 * How high the page `html` stands at `width` pixels. The frame that shows a mail has no origin, so nothing can be read
 * from it; this one is seen by nobody, runs no script and is gone at once.
 */
export function measureHtml(html: string, width: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = document.createElement("iframe");
    probe.setAttribute("sandbox", "allow-same-origin");
    probe.setAttribute("aria-hidden", "true");
    probe.tabIndex = -1;
    probe.style.cssText = `${PROBE};width:${width}px`;
    probe.onload = () => {
      const height = probe.contentDocument?.documentElement.scrollHeight ?? 0;
      probe.remove();
      resolve(height);
    };
    probe.srcdoc = html;
    document.body.append(probe);
  });
}
