import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { listAgents, listApproved, listEvents, listInboxes, listMessages, listTeams, listViewFields, listViews, readReplyTexts, readSession, readTicket } from "./calls";
import { keys } from "./keys";
import { isProblem } from "./problem";
import { useSignedIn } from "./SessionContext";
import type { Inbox, Page } from "./types";

const FIRST = undefined as string | undefined;
const following = <T>(page: Page<T>) => page.next_cursor ?? undefined;

/** The signed-in agent, or null when nobody is. */
export const useSession = () =>
  useQuery({
    queryKey: keys.session,
    queryFn: () => readSession().catch((error: unknown) => {
      if (isProblem(error, 401)) return null;
      throw error;
    }),
    staleTime: Infinity,
  });

/** The agent at this screen; only used below the sign-in gate. */
export function useMe() {
  return useSignedIn()?.agent ?? { id: "", name: "", email: "", role: "", initials: "" };
}

export const useAgents = () =>
  useQuery({ queryKey: keys.agents, queryFn: listAgents, staleTime: 300_000, select: (page) => page.items });

/** Teams that can take a ticket; one that another replaced stays known by its old name only. */
export const useTeams = () =>
  useQuery({ queryKey: keys.teams, queryFn: listTeams, staleTime: 300_000, select: (page) => page.items.filter((team) => team.replaced_by === null) });

/** Whether the agent at this screen holds a permission. */
export function useMay(permission: string): boolean {
  return useSignedIn()?.permissions.includes(permission) ?? false;
}

export const useInboxes = () =>
  useQuery({ queryKey: keys.inboxes, queryFn: listInboxes, staleTime: 60_000, select: (page) => page.items });

const quoting = (page: { items: readonly Inbox[] }) => page.items.filter((one) => one.capabilities.reply_to).map((one) => one.id);

/** The inboxes whose customers see which message an answer points to. */
export const useQuoting = () =>
  useQuery({ queryKey: keys.inboxes, queryFn: listInboxes, staleTime: 60_000, select: quoting });

export const useViews = () =>
  useQuery({ queryKey: keys.views, queryFn: listViews, select: (page) => page.items });

/** My saved views and those shared with me, in the order of the rail. */
export const useSavedViews = () =>
  useQuery({ queryKey: keys.views, queryFn: listViews, select: (page) => page.saved });

export const useViewFields = () =>
  useQuery({ queryKey: keys.viewFields, queryFn: listViewFields, staleTime: 300_000, select: (page) => page.items });

export const useTicket = (id: string, enabled = true) =>
  useQuery({ queryKey: keys.ticket(id), queryFn: ({ signal }) => readTicket(id, signal), enabled });

/** The signature and the templates of a reply to this conversation; none while there is no conversation. */
export const useReplyTexts = (ticket: string, conversation: string | undefined) =>
  useQuery({
    queryKey: keys.texts(ticket, conversation ?? ""),
    queryFn: ({ signal }) => readReplyTexts(ticket, conversation ?? "", signal),
    enabled: conversation !== undefined,
    staleTime: 60_000,
  });

/** The templates that the inbox's provider has approved. */
export const useApproved = (inbox: string) =>
  useQuery({ queryKey: keys.approved(inbox), queryFn: ({ signal }) => listApproved(inbox, signal), staleTime: 60_000, select: (page) => page.items });

export const useMessages = (id: string) =>
  useInfiniteQuery({
    queryKey: keys.messages(id),
    queryFn: ({ pageParam, signal }) => listMessages(id, pageParam, signal),
    initialPageParam: FIRST,
    getNextPageParam: following,
    // The live line says what is new when it is back; this would ask for every page.
    refetchOnReconnect: false,
  });

export const useEvents = (id: string) =>
  useInfiniteQuery({
    queryKey: keys.events(id),
    queryFn: ({ pageParam, signal }) => listEvents(id, pageParam, signal),
    initialPageParam: FIRST,
    getNextPageParam: following,
    // The live line says what is new when it is back; this would ask for every page.
    refetchOnReconnect: false,
  });
