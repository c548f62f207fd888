"""What sites that run already have: a number that grew would not run there again."""

from gateway.schema import MIGRATIONS

PINNED = {
    "0001_storage_indexes": """
        blobs.by_touch
        events.by_ticket
        events.by_time
        journal.due
    """,
    "0002_leaner_indexes": "",
    "0200_ticketing_indexes": """
        contacts.by_point
        contacts.by_token
        conversations.by_open_key
        conversations.by_ticket
        messages.by_native_id
        messages.by_ticket
        parked_changes.by_key
        parked_changes.expiry
        tickets.by_assignee
        tickets.by_contact
        tickets.by_creation
        tickets.by_followed
        tickets.by_number
        tickets.by_open
        tickets.by_status
        tickets.by_waiting
    """,
    "0220_catalogue_indexes": """
        state_timers.by_due
    """,
    "0221_asset_indexes": """
        assets.by_contact
        assets.by_creation
        assets.by_organisation
        assets.by_serial
        assets.by_token
        tickets.by_asset
    """,
    "0230_work_indexes": """
        tickets.by_snooze
    """,
    "0231_bulk_indexes": """
        bulk_jobs.by_agent
        bulk_jobs.by_waiting
        bulk_jobs.expiry
        bulk_leaves.expiry
        bulk_results.expiry
    """,
    "0240_merge_indexes": """
        merges.by_source
        merges.by_target
        moved_by_merges.by_merge
    """,
    "0241_link_indexes": """
        ticket_links.by_ticket
    """,
    "0250_people_indexes": """
        contact_notes.by_contact
        contacts.by_change
        contacts.by_organisation
        conversations.by_contact
        organisations.by_change
        organisations.by_domain
    """,
    "0251_contact_merge_indexes": """
        contact_merges.by_source
        contact_merges.by_target
        contact_merges.by_time
        contact_moves.by_merge
    """,
    "0252_contact_list_indexes": """
        contact_imports.by_state
    """,
    "0260_view_indexes": """
        scope_counts.by_change
        ticket_places.by_list_activity_at
        ticket_places.by_list_created_at
        ticket_places.by_list_waiting_since
        ticket_places.by_turn
    """,
    "0261_forget_old_counters": "",
    "0270_audit_indexes": """
        audit_facts.by_time
    """,
    "0271_audit_by_subject": """
        audit_facts.by_subject
    """,
    "0300_outbound_indexes": """
        conversations.by_recipient
        messages.outbound_native_ids
        outbox.by_conversation
        provider_ids.expiry
    """,
    "0301_leaner_queue": "",
    "0280_no_message_tokens": "",
    "0281_search_feed_by_time": """
        search_feed.by_time
    """,
    "0310_suppression_indexes": """
        suppressions.expiry
        suppressions.newest
    """,
    "0311_automatic_indexes": """
        automatic.expiry
    """,
    "0320_canned_indexes": """
        canned_replies.by_keeper
    """,
    "0321_scheduled_indexes": """
        scheduled_replies.by_time
    """,
    "0400_archive_indexes": """
        messages.by_arrival
    """,
    "0500_gateway_indexes": """
        agents.email
        api_tokens.agent
        api_tokens.digest
        drafts.ticket
        idempotency.expiry
        messages.files_not_stored
        sessions.agent
        sessions.expiry
        uploads.expiry
    """,
    "0501_inbox_days": """
        inbox_days.expiry
    """,
    "0502_thumbnails": """
        thumbnails.expiry
    """,
}


def test_a_number_keeps_the_indexes_that_it_was_given() -> None:
    """More of them get a number of their own."""
    made = {
        one.id: sorted(f"{each.collection}.{each.name}" for each in one.indexes)
        for one in MIGRATIONS
    }
    assert made == {id: names.split() for id, names in PINNED.items()}
