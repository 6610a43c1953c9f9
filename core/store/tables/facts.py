"""Derived tables: intervals, facts and parts. All can be dropped and derived again from the base rows.

A fact row carries the members of its dimensions as uids or words, and for each clock the local day (``…_on``)
in the report time zone on which it counts.
"""

from core.store.tables.shape import Index, Table, columns

TICKET_DIMS = "source! brand team_uid channel priority contact_reason customer_type language handled_by"

FACTS: tuple[Table, ...] = (
    Table(
        "status_intervals",
        columns("ticket_uid seq:I status_category! from_at:I! to_at:I calendar_s:I business_s:I precision!"),
        ("ticket_uid", "seq"),
        says="One row a stretch of a ticket's life in one status category; contiguous, at most one open.",
    ),
    Table(
        "assignment_intervals",
        columns("ticket_uid seq:I agent_uid team_uid from_at:I! to_at:I"),
        ("ticket_uid", "seq"),
        says="Who had the ticket from when to when.",
    ),
    Table(
        "ticket_schedules",
        columns("ticket_uid from_at:I schedule_uid to_at:I"),
        ("ticket_uid", "from_at"),
        says="The business schedule that was on a ticket from when to when.",
    ),
    Table(
        "ticket_facts",
        columns(
            f"ticket_uid {TICKET_DIMS} assignee_uid requester_uid created_at:I! created_on! is_counted_created:I! "
            "exclusion_reason is_outbound:I! is_internal:I! is_on_behalf:I! is_child:I! followup_of_uid "
            "status_category! "
            "first_human_touch_at:I handed_off_at:I merged_at:I merged_on started_at:I "
            "first_replied_at:I first_replied_on first_replier_uid frt_s:I frt_business_s:I frt_handoff_s:I "
            "frt_compat_s:I is_frt_counted:I! "
            "first_assigned_at:I first_assigned_on first_assignment_s:I "
            "first_solved_at:I first_solved_on last_solved_at:I last_solved_on is_solved:I! is_solve_counted:I! "
            "is_bulk_solved:I! first_resolution_s:I first_resolution_business_s:I "
            "resolution_s:I resolution_business_s:I requester_wait_s:I requester_wait_business_s:I "
            "agent_wait_s:I agent_wait_business_s:I on_hold_s:I on_hold_business_s:I "
            "agent_work_s:I agent_work_business_s:I "
            "human_replies:I! touches:I! reopens:I! effective_reopens:I! first_reopened_at:I "
            "is_reopened_in_7d:I! is_effective_reopened_in_7d:I! assignee_stations:I! team_stations:I! one_touch:I "
            "one_touch_no_wait:I solved_same_day:I! escalated_at:I escalated_on bot_contained:I "
            "is_reason_corrected:I! required_fields:I filled_fields:I "
            "closed_at:I deleted_at:I is_history_complete:I! precision! facts_version:I! "
            "computed_at:I!"
        ),
        ("ticket_uid",),
        (
            Index(("created_on",)),
            Index(("first_replied_on",)),
            Index(("first_solved_on",)),
            Index(("last_solved_on",)),
            Index(("first_assigned_on",)),
            Index(("merged_on",), "merged_on is not null"),
            Index(("escalated_on",), "escalated_on is not null"),
        ),
        "One row a ticket: everything that metrics add up.",
    ),
    Table(
        "solve_facts",
        columns(
            f"ticket_uid seq:I {TICKET_DIMS} actor_uid solved_at:I! solved_on! is_first:I! is_counted:I! is_bulk:I! "
            "reopened_at:I"
        ),
        ("ticket_uid", "seq"),
        (Index(("solved_on",)), Index(("actor_uid", "solved_at"), "actor_uid is not null")),
        "One row a solve, first or repeated.",
    ),
    Table(
        "reply_wait_facts",
        columns(
            f"ticket_uid seq:I {TICKET_DIMS} agent_uid asked_at:I! replied_at:I! replied_on! wait_s:I! "
            "wait_business_s:I"
        ),
        ("ticket_uid", "seq"),
        (Index(("replied_on",)),),
        "One row a wait of the customer for a next reply, after the first one.",
    ),
    Table(
        "backlog_moves",
        columns(f"ticket_uid seq:I {TICKET_DIMS} happened_at:I! day_on! kind! delta:I!"),
        ("ticket_uid", "seq"),
        (Index(("day_on",)),),
        "Every entry into and exit from the backlog: arrived, reopened, recovered, solved, deleted, merged, spam.",
    ),
    Table(
        "backlog_spans",
        columns(
            f"ticket_uid seq:I {TICKET_DIMS} created_at:I! status_category! from_at:I! to_at:I from_on! to_on "
            "is_unreplied_until:I is_unassigned:I! last_customer_message_at:I reopened_at:I"
        ),
        ("ticket_uid", "seq"),
        (Index(("to_at", "from_at")), Index(("from_on",)), Index(("to_on",))),
        "Unsolved stretches with who had the ticket: what a snapshot at any instant counts.",
    ),
    Table(
        "queue_legs",
        columns(
            "call_uid seq:I source! queue_uid team_uid direction! line_uid agent_uid channel! enqueued_at:I! "
            "enqueued_on! slot:I! "
            "answered_at:I answered_on outcome! wait_s:I ring_s:I talk_s:I hold_s:I acw_s:I acw_capped:I "
            "handle_s:I sl_threshold_s:I! short_abandon_s:I! in_hours:I! is_test:I! is_transferred:I! transfer_kind "
            "is_entry_queue:I! is_redial:I! is_redialled:I! rings:I rings_missed:I is_system_drop:I!"
        ),
        ("call_uid", "seq"),
        (Index(("enqueued_on",)), Index(("answered_on",))),
        "One row a visit of a call to a queue.",
    ),
    Table(
        "call_facts",
        columns(
            "call_uid source! direction! line_uid queue_uid team_uid agent_uid channel! customer_uid "
            "person_uid ticket_uid arrived_at:I! arrived_on! "
            "slot:I! answered_at:I answered_on ended_at:I outcome is_offered:I! is_handled:I! is_out_of_hours:I! "
            "is_test:I! "
            "is_ivr_only:I! is_connected:I! is_transferred:I! transfers:I! handled_legs:I! total_wait_s:I talk_s:I "
            "hold_s:I acw_s:I handle_s:I callback_of_uid is_callback_requested:I! is_callback_reached:I is_redial:I! "
            "ivr_s:I ivr_steps:I ivr_exit charge_minor:I charge_currency precision!"
        ),
        ("call_uid",),
        (
            Index(("arrived_on",)),
            Index(("answered_on",)),
            Index(("person_uid", "arrived_at")),
            Index(("callback_of_uid",), "callback_of_uid is not null"),
            Index(("outcome",), "outcome in ('blocked', 'busy')"),
        ),
        "One row a customer call, all legs together.",
    ),
    Table(
        "agent_days",
        columns(
            "agent_uid day_on source! team_uid handling_s:I! idle_s:I! ringing_s:I! talk_s:I! hold_s:I! acw_s:I! "
            "break_s:I! training_s:I! meeting_s:I! other_work_s:I! unknown_s:I! logged_in_s:I! contact_sum_s:I! "
            "is_capped:I! presence_days:R! is_paid:I!"
        ),
        ("agent_uid", "day_on"),
        (Index(("day_on",)),),
        "One row an agent and local day: seconds by kind, overlaps counted once, split at midnight.",
    ),
    Table(
        "staff_days",
        columns(
            "day_key source! team_uid agent_uid! day_on! contracted_s:I scheduled_s:I worked_s:I lost_s:I "
            "lost_scheduled_s:I sick_s:I leave_s:I late_early_s:I training_s:I outage_s:I other_s:I overtime_s:I "
            "overtime_scheduled_s:I rostered_s:I absent_s:I paid_s:I away_planned_s:I away_unplanned_s:I timed_s:I "
            "adherent_s:I"
        ),
        ("day_key",),
        (Index(("day_on",)),),
        "One row an agent and local day with a plan: planned, worked, and what was lost by reason (sick to other).",
    ),
    Table(
        "survey_facts",
        columns(
            f"survey_uid {TICKET_DIMS} ticket_uid call_uid agent_uid customer_uid kind! scale! question_key "
            "offered_at:I offered_on rated_at:I rated_on "
            "is_satisfied:I score:R score_norm:R nps_class is_answered_in_7d:I! is_counted:I! final_at:I"
        ),
        ("survey_uid",),
        (
            Index(("rated_on",)),
            Index(("offered_on",)),
            Index(("ticket_uid",), "ticket_uid is not null"),
            Index(("call_uid",), "call_uid is not null"),
        ),
        "One row an offer and its latest answer.",
    ),
    Table(
        "sla_facts",
        columns(
            f"sla_uid {TICKET_DIMS} ticket_uid policy_uid target_kind! priority_applied target_s:I applied_at:I "
            "due_at:I fulfilled_at:I breached_at:I decided_at:I decided_on met:I"
        ),
        ("sla_uid",),
        (
            Index(("decided_on",)),
            Index(("ticket_uid",)),
            Index(("due_at",), "decided_at is null and due_at is not null"),
        ),
        "One row a target on a ticket, judged when fulfilled or breached.",
    ),
    Table(
        "contact_facts",
        columns(
            "kind contact_uid person_uid source! channel! team_uid queue_uid contact_reason customer_type "
            "handled_by happened_at:I! day_on! final_at:I! is_reason_known:I! is_stockout:I! is_attempt:I! "
            "is_eligible:I! is_resolved:I! is_first:I! is_resolved_first:I is_repeat:I! caused_repeat:I! repeat_uid"
        ),
        ("kind", "contact_uid"),
        (Index(("day_on",)), Index(("person_uid", "happened_at"))),
        "One row an inbound customer contact of any channel, with what became of it (first contact resolution).",
    ),
    Table(
        "handled_facts",
        columns(
            "contact_uid day_on source! channel! team_uid queue_uid agent_uid kind! n_legs:I! is_total:I!"
        ),
        ("contact_uid", "day_on", "queue_uid"),
        (Index(("day_on",)),),
        "One row a contact handled by a person on a day; is_total marks the one row that the company total counts.",
    ),
    Table(
        "review_facts",
        columns(
            "review_uid source! team_uid agent_uid form sample reviewed_at:I! reviewed_on! points:R possible:R "
            "is_passed:I is_critical:I! has_error:I! is_counted:I!"
        ),
        ("review_uid",),
        (Index(("reviewed_on",)),),
        "One row a quality review: points without items that did not apply, none after a critical failure.",
    ),
    Table(
        "review_item_facts",
        columns("item_key source! team_uid agent_uid item! dimension reviewed_on! points:R possible:R"),
        ("item_key",),
        (Index(("reviewed_on",)),),
        "One row a question of a review that applied.",
    ),
    Table(
        "complaint_facts",
        columns("complaint_uid source! about! received_at:I! received_on! justified:I is_counted:I!"),
        ("complaint_uid",),
        (Index(("received_on",)),),
        "One row a complaint; several of one customer about one incident count once.",
    ),
    Table(
        "booked_facts",
        columns("entry_uid ticket_uid source! team_uid channel agent_uid day_on! spent_s:I!"),
        ("entry_uid",),
        (Index(("day_on",)), Index(("ticket_uid",))),
        "One row a time booked on a ticket.",
    ),
    Table(
        "cost_facts",
        columns("cost_key source! team_uid channel category! day_on! amount_minor:I!"),
        ("cost_key",),
        (Index(("day_on",)),),
        "One row a cost, channel and day, in minor units of the report's currency; days add up to their month.",
    ),
    Table(
        "self_service_facts",
        columns("day_key source! day_on! kind! item! sessions:I completions:I helpful:I not_helpful:I greeting_s:I"),
        ("day_key",),
        (Index(("day_on",)),),
        "One row a day of one page, bot, menu or notice.",
    ),
    Table(
        "project_facts",
        columns(
            "day_key source! project_uid! day_on! attempts:I connected:I done:I success:I seat_s:I target_count:I "
            "ended_on"
        ),
        ("day_key",),
        (Index(("day_on",)), Index(("ended_on",))),
        "One row a day of a project; the project's target stands on its first day, its end on all.",
    ),
    Table(
        "employment_facts",
        columns("agent_uid source! team_uid hired_on! left_on leave_reason"),
        ("agent_uid",),
        (Index(("left_on",)), Index(("hired_on",))),
        "One row a person of whom it is known when the work began; left_on is the first day without.",
    ),
    Table(
        "improvement_facts",
        columns("event_uid source! team_uid made_on! due_on done_on metric"),
        ("event_uid",),
        (Index(("made_on",)), Index(("due_on",))),
        "One row an improvement that was proposed, with the day by which it was to be done.",
    ),
    Table(
        "improvement_effect_facts",
        columns("event_uid source! team_uid metric! done_on! measured_on! is_effective:I"),
        ("event_uid",),
        (Index(("measured_on",)),),
        "One row an improvement whose metric could be looked at 28 days after it was done, so far as it could be: "
        "whether it moved the right way and beyond its interval. Made after the parts of the other facts.",
    ),
    Table(
        "customer_base_facts",
        columns("day_key source! day_on! active_customers:I"),
        ("day_key",),
        (Index(("day_on",)),),
        says="How many customers there are on each day; a figure holds until the next one, for 31 days at most.",
    ),
    Table(
        "forecast_facts",
        columns("series_key source! series! day_on! value_milli:I!"),
        ("series_key",),
        (Index(("day_on",)),),
        "One row a series and day: what was expected on the day before, before the day began, in thousandths; by an "
        "imported forecast, else by our own.",
    ),
    Table(
        "service_days",
        columns("day_key source! day_on! service_s:I! up_s:I!"),
        ("day_key",),
        (Index(("day_on",)),),
        says="One row a local day with opening hours since the first outage was recorded: seconds of service, and "
        "those in which no tool was down.",
    ),
    Table(
        "training_facts",
        columns("training_uid source! agent_uid topic held_on! spent_s:I passed:I"),
        ("training_uid",),
        (Index(("held_on",)),),
        "One row an agent's training.",
    ),
    Table(
        "requirement_facts",
        columns(
            "requirement_key source! queue_uid! interval_start_at:I! day_on! required_milli:I! staffed_milli:I! "
            "off_milli:I! under_milli:I! over_milli:I!"
        ),
        ("requirement_key",),
        (Index(("day_on",)), Index(("interval_start_at",))),
        "One row a queue and half hour that was planned for and is over: people needed and there, in thousandths.",
    ),
    Table(
        "training_effect_facts",
        columns(
            "effect_key source! held_on! trained_before:R! trained_after:R! others_before:R! others_after:R! "
            "reviews:I! gain:R!"
        ),
        ("effect_key",),
        (Index(("held_on",)),),
        "One row a day of trainings: quality of those trained and of the others, before and after; gain is the "
        "difference of their changes in points, times the reviews of the side that has fewest.",
    ),
    Table(
        "proficiency_facts",
        columns("agent_uid source! team_uid hired_on! reached_on days_needed:I"),
        ("agent_uid",),
        (Index(("reached_on",)),),
        "One row a new colleague: when output and quality first reached the median of the team.",
    ),
    Table(
        "hire_facts",
        columns("hire_uid source! opened_on! start_on left_on fill_days:I day_90_on is_present_90d:I"),
        ("hire_uid",),
        (Index(("start_on",)), Index(("day_90_on",))),
        "One row a position opened; day_90_on is the ninetieth day after the start.",
    ),
    Table(
        "parts",
        columns("part! day_on! dim! member! slot:I! num:R den:R n:I!"),
        ("part", "day_on", "dim", "member", "slot"),
        says="Additive sums a local day: the total (dim 'total', slot -1), single dimensions, half-hours.",
    ),
    Table(
        "contact_links",
        columns("call_uid ticket_uid method!"),
        ("call_uid", "ticket_uid"),
        (Index(("ticket_uid",)),),
        "A call and a ticket that are the same contact.",
    ),
    Table("people", columns("customer_uid person_uid!"), ("customer_uid",), (Index(("person_uid",)),),
          "The same human over sources, by joined identities."),
)  # fmt: skip
