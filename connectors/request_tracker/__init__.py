"""Request Tracker 5: tickets with their whole history, messages, booked time, staff, customers and queues, by REST2.

Tickets are listed once and followed by their transactions: a first load of 1,000 tickets with seven transactions each
takes 113 requests, 1,000 tickets changed by two or three transactions each 101, an idle pull 11.
"""

from connectors import (
    Agent,
    Connector,
    Customer,
    CustomerIdentity,
    Message,
    SourceMetric,
    Stream,
    Team,
    Ticket,
    TicketEvent,
    TimeEntry,
)
from connectors.request_tracker import people, tickets, transactions
from connectors.request_tracker.account import check, prepare, tallies
from connectors.request_tracker.settings import REQUESTS_PER_MINUTE, RequestTrackerSettings, http, ticket_link

connector = Connector(
    name="request_tracker",
    title="Request Tracker",
    ticket_link=ticket_link,
    settings=RequestTrackerSettings,
    http=http,
    prepare=prepare,
    check=check,
    tallies=tallies,
    requests_per_minute=REQUESTS_PER_MINUTE,
    requests_per_1000=120,
    streams=(
        Stream(
            "queues",
            people.fetch_queues,
            people.QueueRow,
            people.normalise_queue,
            "snapshot",
            scope="right SeeQueue",
            owns=(Team,),
            is_bounded=False,
        ),
        Stream(
            "agents",
            people.fetch_agents,
            people.AgentRow,
            people.normalise_agent,
            "snapshot",
            optional=True,
            scope="right SeeGroup",
            owns=(Agent,),
            feeds="privileged users",
            is_bounded=False,
        ),
        Stream(
            "users",
            people.fetch_users,
            people.UserRow,
            people.normalise_user,
            optional=True,
            scope="right AdminUsers for changes",
            owns=(Customer, CustomerIdentity),
            is_bounded=False,
        ),
        Stream(
            "tickets",
            tickets.fetch_tickets,
            tickets.TicketRow,
            tickets.normalise_ticket,
            scope="right ShowTicket",
            owns=(Ticket, SourceMetric),
        ),
        Stream(
            "transactions",
            transactions.fetch_transactions,
            transactions.TransactionRow,
            transactions.normalise_transaction,
            scope="rights ShowTicket, ShowTicketComments",
            owns=(TicketEvent, Message, TimeEntry),
        ),
    ),
)
