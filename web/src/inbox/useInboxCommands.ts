import { useNavigate } from "react-router";

import { pathOf } from "../app/scope";
import { useCommand } from "../keys/useCommand";
import { useInbox, type InboxState } from "./InboxContext";
import { useNeighbours } from "./useNeighbours";

/** Binds the keys that work anywhere in the inbox. */
export function useInboxCommands(): InboxState {
  const inbox = useInbox();
  const navigate = useNavigate();
  const { goNext, goPrevious, goBack } = useNeighbours();

  useCommand("next", goNext);
  useCommand("previous", goPrevious);
  useCommand("back", goBack, inbox.ticket !== undefined);
  useCommand("refresh", inbox.list.refresh);
  useCommand("panel", inbox.layout.togglePanel, inbox.ticket !== undefined);
  useCommand("goMine", () => void navigate(pathOf({ kind: "view", key: "mine" })));
  useCommand("goUnassigned", () => void navigate(pathOf({ kind: "view", key: "unassigned" })));
  useCommand("goWaiting", () => void navigate(pathOf({ kind: "view", key: "waiting" })));
  useCommand("goOpen", () => void navigate(pathOf({ kind: "view", key: "open" })));
  useCommand("goSolved", () => void navigate(pathOf({ kind: "view", key: "solved" })));
  return inbox;
}
