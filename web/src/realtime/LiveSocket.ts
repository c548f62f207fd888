import { parseFrame, type Frame, type Request } from "./frames";

export interface Connection {
  phase: "connecting" | "live" | "offline";
  /** When the line was lost; null while it holds. */
  since: Date | null;
}

interface Port {
  send: (text: string) => void;
  close: () => void;
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
}

export interface Surroundings {
  open: () => Port;
  random: () => number;
  onFrame: (frame: Frame) => void;
  onConnection: (connection: Connection) => void;
}

const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Waits double up to half a minute and are drawn from their upper half, so that clients do not return together. */
export function waitBefore(attempt: number, random: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
  return wait / 2 + (wait / 2) * random;
}

/** Keeps one WebSocket to the server alive and resumes from the last frame seen. */
export class LiveSocket {
  private port: Port | null = null;
  private seq = 0;
  private attempt = 0;
  private stopped = true;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private connection: Connection = { phase: "connecting", since: null };

  constructor(private readonly around: Surroundings) {}

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
  }

  /** The network is said to be back: try now instead of waiting. */
  hurry(): void {
    if (this.stopped || this.port) return;
    clearTimeout(this.retry);
    this.attempt = 0;
    this.connect();
  }

  /** The network is said to be gone: the line would notice only by its silence. */
  lose(): void {
    if (this.port) this.lost(this.port);
  }

  send(request: Request): void {
    if (this.connection.phase === "live") this.port?.send(JSON.stringify(request));
  }

  private connect(): void {
    const port = this.around.open();
    this.port = port;
    port.onopen = () => {
      this.heardAt = Date.now();
      port.send(JSON.stringify({ type: "resume", seq: this.seq } satisfies Request));
      this.beat = setInterval(() => this.keepAlive(), PING_MS);
    };
    port.onmessage = (event) => this.receive(event.data);
    port.onclose = () => this.lost(port);
  }

  private receive(text: string): void {
    this.heardAt = Date.now();
    const frame = parseFrame(text);
    if (!frame) return;
    if (frame.type === "hello") this.greeted(frame.seq);
    else if ("seq" in frame) this.seq = Math.max(this.seq, frame.seq);
    this.around.onFrame(frame);
  }

  /** A first greeting, or a server that counts from below what we saw: nothing can be resumed. */
  private greeted(seq: number): void {
    // What was fetched before the first greeting may miss what happened until then.
    const again = this.seq === 0 || this.seq > seq;
    if (again) this.seq = seq;
    this.attempt = 0;
    this.say({ phase: "live", since: null });
    if (again) this.around.onFrame({ type: "resync" });
  }

  private keepAlive(): void {
    if (Date.now() - this.heardAt > SILENCE_MS) this.port?.close();
    else this.port?.send(JSON.stringify({ type: "ping" } satisfies Request));
  }

  private lost(port: Port): void {
    if (this.port !== port) return;
    this.drop();
    if (this.stopped) return;
    this.say({ phase: "offline", since: this.connection.since ?? new Date() });
    this.retry = setTimeout(() => this.connect(), waitBefore(this.attempt, this.around.random()));
    this.attempt += 1;
  }

  private drop(): void {
    clearInterval(this.beat);
    const port = this.port;
    this.port = null;
    port?.close();
  }

  private say(connection: Connection): void {
    this.connection = connection;
    this.around.onConnection(connection);
  }
}
