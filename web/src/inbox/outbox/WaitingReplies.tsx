import { useWaiting } from "./useOutbox";
import { WaitingReply } from "./WaitingReply";

/** Below everything that was said: what has not left yet. */
export function WaitingReplies({ ticket }: { ticket: string }) {
  return useWaiting(ticket).map((one) => <WaitingReply key={one.key} one={one} />);
}
