/** Whether a canonical recipient ("tel:+1415...", "webchat:inbox/id") is this address of a person. */
export function reaches(recipient: string, point: { family: string; value: string }): boolean {
  if (!point.value || !recipient.startsWith(`${point.family}:`)) return false;
  const rest = recipient.slice(point.family.length + 1);
  return rest === point.value || rest.endsWith(`/${point.value}`);
}
