/**
 * Idempotency keys: what is sent again after silence carries its key again, so that it cannot arrive twice; what is
 * sent again after an answer (taken back, then sent anew) is a new deed with a new key.
 */
export class OnceKeys {
  private words: string | null = null;
  private key = "";

  constructor(private readonly make: () => string) {}

  keyFor(words: string): string {
    if (words !== this.words) {
      this.words = words;
      this.key = this.make();
    }
    return this.key;
  }

  answered(): void {
    this.words = null;
  }
}
