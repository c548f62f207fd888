import { useNavigate } from "react-router";

import { pathOf } from "../app/scope";
import { useMay } from "../app/useMay";
import { useCommand } from "../keys/useCommand";
import { openPalette } from "../palette/store";
import { useInbox, type InboxState } from "./InboxContext";
import { useNeighbours } from "./useNeighbours";
import { useCopyLink } from "./useCopyLink";
import { useTargets } from "./useTargets";

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
  useCommand("goLongest", () => void navigate(pathOf({ kind: "view", key: "longest" })));
  useCommand("goOpen", () => void navigate(pathOf({ kind: "view", key: "open" })));
  useCommand("goSolved", () => void navigate(pathOf({ kind: "view", key: "solved" })));
  const some = useTargets().length > 0;
  const act = useMay()("change") && some;
  useCommand("assign", () => openPalette("assign"), act);
  useCommand("status", () => openPalette("status"), act);
  useCommand("priority", () => openPalette("priority"), act);
  useCommand("tag", () => openPalette("tag"), act);
  useCommand("copyLink", useCopyLink(inbox.ticket), inbox.ticket !== undefined);
  return inbox;
}
