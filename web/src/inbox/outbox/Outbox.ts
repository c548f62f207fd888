import { Problem } from "../../api/problem";
import type { Message } from "../../api/types";
import { Store } from "../../realtime/stores";
import type { Box, Waiting } from "./box";

export interface OutboxPort {
  box: Box;
  /** Whether the server answers at all; asked before anything is tried. */
  reachable: () => Promise<boolean>;
  send: (one: Waiting) => Promise<Message>;
  /** Runs `work` while no other window of this browser does. */
  alone: (work: () => Promise<void>) => Promise<void>;
  random: () => number;
}

const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;
const TOO_MANY = 429;

/** Whether asking again later may help; everything else is an answer. */
const passes = (error: unknown): boolean => !(error instanceof Problem) || error.silent || error.status >= 500 || error.status === TOO_MANY;

/** Replies that wait for the connection, oldest first; each is tried with its own key until the server answers. */
export class Outbox {
  readonly view = new Store<readonly Waiting[]>([]);
  private agent: string | null = null;
  private onSent: (message: Message, one: Waiting) => void = () => undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = FIRST_MS;
  private running: Promise<void> | null = null;

  constructor(private readonly port: OutboxPort) {}

  /** What waits is this agent's alone; another who signs in here neither sees nor sends it. */
  async start(agent: string, onSent: (message: Message, one: Waiting) => void): Promise<void> {
    this.agent = agent;
    this.onSent = onSent;
    await this.read();
    if (this.view.get().length > 0) void this.flush();
  }

  stop(): void {
    this.agent = null;
    clearTimeout(this.timer);
    this.view.set([]);
  }

  /** Kept on this machine before it returns. */
  async add(one: Waiting): Promise<void> {
    await this.port.box.put(one);
    await this.read();
    this.later();
  }

  async drop(key: string): Promise<void> {
    await this.port.box.drop(key);
    await this.read();
  }

  /** Whether something of this ticket waits: what comes after it has to wait too. */
  holds(ticket: string): boolean {
    return this.view.get().some((one) => one.ticket === ticket && !one.refused);
  }

  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.running ??= this.port.alone(() => this.drain()).finally(() => {
      this.running = null;
      if (this.view.get().some((one) => !one.refused)) this.later();
    });
    return this.running;
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), this.pause * (0.75 + this.port.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_MS);
  }

  private async read(): Promise<void> {
    const all = await this.port.box.all();
    this.view.set(all.filter((one) => one.agent === this.agent).toSorted((a, b) => a.at - b.at));
  }

  private async drain(): Promise<void> {
    await this.read();
    if (!(await this.port.reachable())) return;
    for (const one of this.view.get()) {
      if (one.refused) continue;
      await this.port.box.put({ ...one, tried: true });
      try {
        const message = await this.port.send(one);
        await this.port.box.drop(one.key);
        this.pause = FIRST_MS;
        this.onSent(message, one);
      } catch (error) {
        if (passes(error)) break;
        await this.port.box.put({ ...one, tried: false, refused: error instanceof Error ? error.message : String(error) });
      }
    }
    await this.read();
  }
}
