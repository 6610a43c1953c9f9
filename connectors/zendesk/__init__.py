"""Zendesk Support: tickets, their history and messages, people, satisfaction, SLA targets and opening hours.

All of it comes from exports and lists, never from one request a ticket. Requests for 1,000 changed tickets: one for
the tickets with their figures, and one for each 1,000 updates and 1,000 metric events (a ticket makes about seven of
the first and fifteen of the second in its life, one or two of each at a change). Zendesk allows 10 exports a minute
(https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/) to admins only.
"""

from connectors import (
    Agent,
    AgentRole,
    AgentTeam,
    Connector,
    Customer,
    CustomerIdentity,
    Message,
    Organization,
    Schedule,
    SlaEvent,
    SlaInstance,
    SlaPolicy,
    SourceMetric,
    Stream,
    Survey,
    Team,
    Ticket,
    TicketEvent,
)
from connectors.zendesk import events, people, schedules, sla, surveys, tickets
from connectors.zendesk.account import check, prepare
from connectors.zendesk.settings import REQUESTS_PER_MINUTE, ZendeskSettings, http

connector = Connector(
    name="zendesk",
    title="Zendesk Support",
    settings=ZendeskSettings,
    http=http,
    prepare=prepare,
    check=check,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=25,
    streams=(
        Stream(
            "open_tickets",
            tickets.fetch_open,
            tickets.TicketRow,
            tickets.normalise_ticket,
            once=True,
            optional=True,
            scope="search",
            feeds="tickets",
        ),
        Stream("groups", people.fetch_groups, people.GroupRow, people.normalise_group, "snapshot", owns=(Team,)),
        Stream(
            "users",
            people.fetch_users,
            people.UserRow,
            people.normalise_user,
            scope="role admin",
            owns=(Agent, AgentRole, Customer, CustomerIdentity),
        ),
        Stream(
            "group_memberships",
            people.fetch_memberships,
            people.MembershipRow,
            people.normalise_membership,
            "snapshot",
            owns=(AgentTeam,),
        ),
        Stream(
            "organizations",
            people.fetch_organizations,
            people.OrganizationRow,
            people.normalise_organization,
            optional=True,
            owns=(Organization,),
        ),
        Stream(
            "schedules",
            schedules.fetch_schedules,
            schedules.ScheduleRow,
            schedules.normalise_schedule,
            "snapshot",
            optional=True,
            owns=(Schedule,),
        ),
        Stream(
            "tickets",
            tickets.fetch_tickets,
            tickets.TicketRow,
            tickets.normalise_ticket,
            scope="role admin",
            owns=(Ticket, SourceMetric),
        ),
        Stream(
            "ticket_events",
            events.fetch_events,
            events.EventRow,
            events.normalise_event,
            scope="role admin",
            owns=(TicketEvent, Message),
        ),
        Stream(
            "satisfaction_ratings",
            surveys.fetch_ratings,
            surveys.RatingRow,
            surveys.normalise_rating,
            optional=True,
            owns=(Survey,),
        ),
        Stream(
            "survey_responses",
            surveys.fetch_responses,
            surveys.ResponseRow,
            surveys.normalise_response,
            optional=True,
        ),
        Stream(
            "sla_policies",
            sla.fetch_policies,
            sla.PolicyRow,
            sla.normalise_policy,
            "snapshot",
            optional=True,
            owns=(SlaPolicy,),
        ),
        Stream(
            "metric_events",
            sla.fetch_metric_events,
            sla.MetricEventRow,
            sla.normalise_metric_event,
            assemblies=(sla.SLA,),
            optional=True,
            owns=(SlaEvent, SlaInstance),
        ),
    ),
)
