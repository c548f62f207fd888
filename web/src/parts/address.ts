/** An address as people write it: the API puts its family before it ("mailto:elena@posta.example"). */
export function plainAddress(recipient: string): string {
  return recipient.replace(/^[a-z][a-z_]*:/, "");
}
