"""What ``check`` looks at: the key, each permission, and what the lists hold."""

from collections.abc import Callable, Iterator

from connectors import Finding, NotAllowed, Refused
from connectors.amazon_connect.files import fetch_files
from connectors.amazon_connect.service import Service
from connectors.amazon_connect.setup import HoursPage, UserList


def check(service: Service) -> Iterator[Finding]:
    """Log-in and permissions, or whether the folders hold records."""
    if service.settings.records_path is not None:
        page = next(fetch_files(service.settings.records_path, None), None)
        advice = "" if page else "Switch on Connect > Data streaming > Contact records, delivered by Firehose to S3."
        yield Finding(f"contact records in the folder: {len(page.rows) if page else 0} in the first page", True, advice)
    if service.settings.agent_events_path is not None:
        page = next(fetch_files(service.settings.agent_events_path, None), None)
        yield Finding(f"agent events in the folder: {len(page.rows) if page else 0} in the first page", True)
    if service.api is None:
        return
    instance = service.settings.instance_id
    tries: tuple[tuple[str, Callable[[], int]], ...] = (
        ("queues (connect:SearchQueues)", lambda: len(service.queues)),
        (
            "agents (connect:ListUsers)",
            lambda: len(service.ask("list_users", UserList, InstanceId=instance, MaxResults=1000).user_summary_list),
        ),
        (
            "hours of operation (connect:SearchHoursOfOperations)",
            lambda: len(
                service.ask(
                    "search_hours_of_operations", HoursPage, InstanceId=instance, MaxResults=100
                ).hours_of_operations
            ),
        ),
    )
    for what, count in tries:
        try:
            yield Finding(f"{what}: {count()}", True)
        except NotAllowed as refused:
            yield Finding(what, False, refused.message)
        except Refused as refused:
            yield Finding(what, False, f"{refused.message} Check `instance_id` and `region`.")
