import { dropDraft, readDraft, writeDraft } from "../../api/calls";
import type { Mode } from "../../api/types";
import { onForget } from "../../app/forget";
import { Store } from "../../realtime/stores";
import { DraftWriter, type DraftPort, type DraftState, type Words } from "./DraftWriter";

export interface DraftView extends Words {
  state: DraftState;
  loaded: boolean;
  /** Rises when the words changed by other hands than the pen's: it must show them anew. */
  epoch: number;
}

const NOTHING: Words = { text: "", html: null, cc: null, bcc: null, conversation_id: null };
const wordsOf = ({ text, html, cc, bcc, conversation_id }: Words): Words => ({ text, html, cc, bcc, conversation_id });
const asHtml = (text: string) => text.split("\n").map((line) => `<div>${line.replace(/&/g, "&amp;").replace(/</g, "&lt;") || "<br>"}</div>`).join("");

/** One draft as the agent sees it, in step with the server; it belongs to one ticket and one mode and never moves. */
export class LiveDraft {
  readonly view = new Store<DraftView>({ ...NOTHING, state: "saved", loaded: false, epoch: 0 });
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

  edit(change: Partial<Words>): void {
    this.touched = true;
    this.patch(change);
    this.writer.change(wordsOf(this.view.get()));
  }

  /** As `edit`, by another hand than the pen's. */
  put(change: Partial<Words>): void {
    this.edit(change);
    this.patch({ epoch: this.view.get().epoch + 1 });
  }

  /** Puts words back that were taken out to be sent; what was typed since stays below them. */
  restore(words: Pick<Words, "text"> & Partial<Words>): void {
    const now = this.view.get();
    if (!now.text.trim()) return this.put(words);
    const rich = words.html != null || now.html != null;
    const html = rich ? `${words.html ?? asHtml(words.text)}<div><br></div>${now.html ?? asHtml(now.text)}` : null;
    this.put({ ...words, text: `${words.text}\n\n${now.text.trim()}`, html });
  }

  sent(): Promise<void> {
    const { conversation_id, epoch } = this.view.get();
    this.patch({ ...NOTHING, conversation_id, epoch: epoch + 1 });
    return this.writer.discard();
  }

  flush(leaving = false): void {
    void this.writer.flush(leaving);
  }

  private async read(): Promise<void> {
    const draft = await this.writer.load();
    if (!this.touched && draft) this.patch({ ...wordsOf(draft), epoch: this.view.get().epoch + 1 });
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
