import { isProblem } from "../../api/problem";
import type { Draft } from "../../api/types";

export type DraftBody = Omit<Draft, "updated_at">;
/** What an agent writes: the draft without its bookkeeping. */
export type Words = Omit<DraftBody, "rev">;

export interface DraftPort {
  read: () => Promise<Draft>;
  write: (body: DraftBody, keepalive: boolean) => Promise<Draft>;
  drop: () => Promise<void>;
}

export type DraftState = "saved" | "saving" | "unsaved";

const PAUSE_MS = 600;
const RETRY_MS = 4_000;

/**
 * Keeps one draft on the server: writes go one after the other, the newest text wins, and a write that lost against
 * another window takes over its revision and is repeated.
 */
export class DraftWriter {
  private rev = 0;
  private wanted: Words | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;

  constructor(
    private readonly port: DraftPort,
    private readonly onState: (state: DraftState) => void,
  ) {}

  async load(): Promise<Draft | null> {
    try {
      const draft = await this.port.read();
      this.rev = draft.rev;
      return draft;
    } catch (error) {
      if (isProblem(error, 404)) return null;
      throw error;
    }
  }

  change(words: Words): void {
    this.wanted = words;
    this.onState("unsaved");
    this.later(PAUSE_MS);
  }

  /** Writes what is pending now; `leaving` lets the request outlive the page. */
  flush(leaving = false): Promise<void> {
    clearTimeout(this.timer);
    this.running ??= this.drain(leaving).finally(() => {
      this.running = null;
      if (this.wanted) this.later(RETRY_MS);
    });
    return this.running;
  }

  /** The draft was sent: nothing pending may bring it back. */
  async discard(): Promise<void> {
    clearTimeout(this.timer);
    this.wanted = null;
    await this.running?.catch(() => undefined);
    this.wanted = null;
    clearTimeout(this.timer);
    await this.port.drop().catch(() => undefined);
    this.rev = 0;
    this.onState("saved");
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private async drain(leaving: boolean): Promise<void> {
    while (this.wanted) {
      const body = this.wanted;
      this.wanted = null;
      this.onState("saving");
      try {
        const draft = await this.port.write({ ...body, rev: this.rev }, leaving);
        this.rev = draft.rev;
        if (!this.wanted) this.onState("saved");
      } catch (error) {
        this.wanted ??= body;
        if (!isProblem(error, 409)) {
          this.onState("unsaved");
          return;
        }
        await this.catchUp();
      }
    }
  }

  private async catchUp(): Promise<void> {
    const draft = await this.port.read().catch(() => null);
    this.rev = draft?.rev ?? 0;
  }
}
