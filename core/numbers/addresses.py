"""Where people open a ticket."""


def ticket_address(template: str, number: str) -> str:
    """The address of a ticket, if its number is one that cannot lead elsewhere."""
    if not template.startswith(("https://", "http://")) or not number.replace("-", "").isalnum():
        return ""
    return template.replace("{number}", number)
