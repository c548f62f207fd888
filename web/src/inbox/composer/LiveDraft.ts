import { dropDraft, readDraft, writeDraft } from "../../api/calls";
import type { Mode } from "../../api/types";
import { onForget } from "../../app/forget";
import { Store } from "../../realtime/stores";
import { DraftWriter, type DraftPort, type DraftState } from "./DraftWriter";

export interface DraftView {
  text: string;
  conversation: string | null;
  state: DraftState;
  loaded: boolean;
}

/** One draft as the agent sees it, in step with the server; it belongs to one ticket and one mode and never moves. */
export class LiveDraft {
  readonly view = new Store<DraftView>({ text: "", conversation: null, state: "saved", loaded: false });
  private readonly writer: DraftWriter;
  private touched = false;
  private loading: Promise<void> | null = null;

  constructor(port: DraftPort) {
    this.writer = new DraftWriter(port, (state) => this.patch({ state }));
  }

  /** Reads what was kept, once; words typed before it came are not overwritten. */
  load(): Promise<void> {
    this.loading ??= this.read().catch(() => {
      this.loading = null;
    });
    return this.loading;
  }

  edit(text: string, conversation: string | null): void {
    this.touched = true;
    this.patch({ text, conversation });
    this.writer.change(text, conversation);
  }

  /** Puts words back that were taken out to be sent; what was typed since stays below them. */
  restore(text: string, conversation: string | null): void {
    const now = this.view.get().text.trim();
    this.edit(now ? `${text}\n\n${now}` : text, conversation);
  }

  sent(): Promise<void> {
    this.patch({ text: "" });
    return this.writer.discard();
  }

  flush(leaving = false): void {
    void this.writer.flush(leaving);
  }

  private async read(): Promise<void> {
    const draft = await this.writer.load();
    if (!this.touched && draft) this.patch({ text: draft.text, conversation: draft.conversation_id });
    this.patch({ loaded: true });
  }

  private patch(change: Partial<DraftView>): void {
    this.view.set({ ...this.view.get(), ...change });
  }
}

const drafts = new Map<string, LiveDraft>();

export function draftOf(ticket: string, mode: Mode): LiveDraft {
  const name = `${ticket}/${mode}`;
  const kept = drafts.get(name);
  if (kept) return kept;
  const draft = new LiveDraft({
    read: () => readDraft(ticket, mode),
    write: (body, keepalive) => writeDraft(ticket, mode, body, keepalive),
    drop: async () => void (await dropDraft(ticket, mode)),
  });
  drafts.set(name, draft);
  return draft;
}

onForget(() => drafts.clear());

window.addEventListener("pagehide", () => drafts.forEach((draft) => draft.flush(true)));
