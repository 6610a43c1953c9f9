"""Deskpulse on the command line: parses, calls, prints, sets the exit code."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

# Verbs that do work say what happens (20, INFO); the others answer; a demonstration shows its message and errors (40).
LEVELS = {"run": 20, "daemon": 20, "backfill": 20, "send": 20, "rebuild": 20, "demo": 40}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """The options that every verb takes, after the verb; logging is set up before the verb runs."""

    @wraps(function)
    def started(*, debug: bool, quiet: bool, log_format: str, **given: Any) -> None:
        import logging

        from core import log

        usual = logging.WARNING if quiet else LEVELS.get(function.__name__, logging.WARNING)
        log.setup(log_format, logging.DEBUG if debug else usual)  # type: ignore[arg-type]
        click.get_current_context().obj = quiet
        function(**given)

    made: Callable[..., None] = started
    for option in (
        click.option("--log-format", type=click.Choice(["auto", "console", "json"]), default="auto", hidden=True),
        click.option("--debug", is_flag=True, help="Log more; print tracebacks (redacted)."),
        click.option("--quiet", "-q", is_flag=True, help="Warnings only, no progress."),
        click.option(
            "--config", "-c", "config", type=click.Path(path_type=Path), default=Path("config.toml"),
            envvar="DESKPULSE_CONFIG", show_default=True, help="The config file.",
        ),
    ):  # fmt: skip
        made = option(made)
    return made


def _is_quiet() -> bool:
    return bool(click.get_current_context().obj)


def _seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> int:
    from core.config import seconds

    try:
        return int(text) if text.isdecimal() else int(str(seconds(text)))
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None


def _span(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    return None if text is None else _seconds(context, parameter, text)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
day_option = click.option("--day", help="A local day, such as 2026-11-20; yesterday if left out.")
period_option = click.option(
    "--day", help="A local day, such as 2026-11-20, or any day of the week or month; the last whole one if left out."
)
where_option = click.option(
    "--where", "where", multiple=True, metavar="KEY=NAME", help='A slice: --where team="Hotline".'
)


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="deskpulse")
def cli() -> None:
    """Customer-service numbers from tickets and calls, each with its n and its counter-metric, once a day."""


def _say(text: str = "") -> None:
    from core.log import printable

    for line in text.split("\n"):
        click.echo(printable(line))


def _json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2))


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    lines = [[str("-" if cell is None else cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(line[n]) for line in lines)) if lines else len(head) for n, head in enumerate(heads)]
    for line in ([*heads], *lines):
        _say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _ago(now_at: int, at: int | None) -> str:
    if at is None:
        return "-"
    gap = now_at - at
    unit, size = next((u, s) for u, s in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)) if abs(gap) >= s or s == 1)
    return f"{gap // size} {unit} ago"


def _where(pairs: Sequence[str]) -> dict[str, str]:
    from core.errors import ConfigError

    made = {}
    for pair in pairs:
        key, equals, name = pair.partition("=")
        if not equals:
            raise ConfigError(f"'{pair}' is no slice. Write it as KEY=NAME, such as team=Hotline.")
        made[key.strip()] = name.strip()
    return made


@cli.command()
@verb
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Folder to write to."
)
@click.option("--language", type=click.Choice(["en", "de", "zh"]), default="en", show_default=True)
def demo(out: Path, language: str, config: Path) -> None:
    """Run everything against an imitation Zendesk, Asterisk and Slack: no key, no network."""
    from core.clock import Clock
    from core.daemon.cycle import run_once
    from core.daemon.place import load_place
    from core.daemon.questions import report_text
    from core.sandbox.demo import run_demo

    def say(text: str) -> None:
        if not _is_quiet():
            click.echo(text, err=True)

    def once(config: Path, clock: Clock) -> int:
        result = run_once(load_place(config), clock)
        if result.exit_code:
            say("\n".join(result.lines()))
        return result.exit_code

    def page(config: Path, clock: Clock, name: str, day: str) -> str:
        return report_text(config, clock(), name, day, "html", None)

    shown = run_demo(out, language, say, once, page)
    _say(f"{shown.day}\n\n{shown.week}\n")
    for file in shown.files:
        _say(f"Report: {file.resolve()}")


@cli.command()
@verb
@click.option("--non-interactive", is_flag=True, help="Ask nothing; take the options or their defaults.")
@click.option("--subdomain", help="The part before .zendesk.com.")
@click.option("--email", help="Mail of the user whose API token is used.")
@click.option("--time-zone", help="Zone of the report, such as Europe/Berlin.")
@click.option("--channel", help="Slack channel id.")
@click.option("--queue-log", help="Path of Asterisk's queue_log, if there is one.")
@click.option("--language", type=click.Choice(["en", "de", "zh"]), default="en")
@click.option("--force", is_flag=True, help="Write over an existing config.")
def init(non_interactive: bool, force: bool, config: Path, **given: str | None) -> None:
    """Ask four questions and, if wanted, for a first goal; write config.toml and the Slack app manifest."""
    from core.daemon.setup import Answers, write_setup, zone

    if config.exists() and not force:
        write_setup(config, Answers())  # says so before anything is asked
    answers = Answers(**{key: value for key, value in given.items() if value is not None})
    zone(answers.time_zone)
    if not non_interactive:
        answers = Answers(
            subdomain=click.prompt("Zendesk subdomain (the part before .zendesk.com)", default=answers.subdomain),
            email=click.prompt("Mail of the Zendesk user whose API token is used", default=answers.email),
            time_zone=click.prompt("Time zone of the report", default=answers.time_zone, value_proc=_zone),
            channel=click.prompt("Slack channel id", default=answers.channel),
            queue_log=answers.queue_log,
            language=answers.language,
        )
    goal = None if non_interactive else _first_goal()
    written = write_setup(config, answers, goal, force=force)
    for path in written:
        _say(f"wrote {path}")
    _say("Next: set ZENDESK_TOKEN and SLACK_BOT_TOKEN in the environment, then: sync.py check")


def _first_goal() -> Any:
    from core.daemon.setup import FirstGoal

    metric = click.prompt(
        "A first goal, such as csat (Enter: none yet)", default="", show_default=False, value_proc=_goal_metric
    )
    if not metric:
        return None
    target = click.prompt("Its target (shares as 0..1, durations in seconds)", type=float)
    _say("Why it is one, printed with it; Enter leaves a question out:")
    questions = ("does the customer need", "does the company need", "does staying ahead of competitors need")
    needs = [click.prompt(f"What {question}?", default="", show_default=False).strip() for question in questions]
    return FirstGoal(metric, target, *needs)


def _goal_metric(text: str) -> str:
    from core.daemon.setup import known_metric

    return _checked(known_metric, text) if text.strip() else ""


def _zone(text: str) -> str:
    from core.daemon.setup import zone

    return _checked(zone, text)


def _checked(check: Callable[[str], str], text: str) -> str:
    from core.errors import ConfigError

    try:
        return check(text)
    except ConfigError as problem:
        raise click.UsageError(problem.message) from None


@cli.command()
@verb
@as_json
@click.argument("source", required=False)
def check(source: str | None, as_json: bool, config: Path) -> None:
    """Try config, log-ins, scopes, one row of each stream, clock and zone; say what to do."""
    from core.clock import now
    from core.daemon.check import check_all
    from core.daemon.place import load_place

    findings = []
    for of, finding in check_all(load_place(config), source, now()):
        findings.append((of, finding))
        if not as_json:
            advice = f". {finding.advice.removeprefix(f'{of}: ')}" if finding.advice else ""
            _say(f"{'ok  ' if finding.ok else 'BAD '} {of}: {finding.what}{advice}")
    if as_json:
        _json([{"of": of, "what": f.what, "ok": f.ok, "advice": f.advice} for of, f in findings])
    sys.exit(0 if all(finding.ok for _, finding in findings) else 3)


@cli.command()
@verb
@as_json
@click.option("--source", help="Read this source only.")
@click.option("--once", is_flag=True, help="Accepted; a run is always one.")
def run(source: str | None, once: bool, as_json: bool, config: Path) -> None:
    """Pull everything once, count, send the reports that are due; then exit."""
    from core.clock import now
    from core.daemon.cycle import run_once
    from core.daemon.place import load_place
    from core.daemon.progress import progress

    loaded = load_place(config)
    with progress(enabled=not _is_quiet() and sys.stderr.isatty()) as watch:
        result = run_once(loaded, now, only=source, watch=watch)
    if as_json:
        _json(result.data())
    else:
        for line in result.lines():
            _say(line)
    sys.exit(result.exit_code)


@cli.command()
@verb
def daemon(config: Path) -> None:
    """Run for good: every source at its interval, every report at its time."""
    from core.daemon.service import serve

    sys.exit(serve(config))


@cli.command()
@verb
@click.option("--from", "from_on", required=True, help="First day.")
@click.option("--to", "to_on", help="Last day; today if left out.")
@click.option("--source", help="Of this source only.")
@click.option("--yes", is_flag=True, help="Start without asking.")
def backfill(
    from_on: str,
    to_on: str | None,
    source: str | None,
    yes: bool,
    config: Path,
) -> None:
    """Read history, newest first, resumable; the plan is printed before it starts."""
    from core.clock import now
    from core.daemon.cycle import plan_history, run_history
    from core.daemon.place import load_place
    from core.daemon.progress import progress

    loaded = load_place(config)
    plan = plan_history(loaded, from_on, to_on, source, now())
    for line in plan.lines():
        _say(line)
    if not yes and sys.stdin.isatty() and not click.confirm("Start?", default=True):
        return
    with progress(enabled=not _is_quiet() and sys.stderr.isatty()) as watch:
        result = run_history(loaded, plan, now, watch=watch)
    for line in result.lines():
        _say(line)
    _say(plan_history(loaded, from_on, to_on, source, now()).left)
    sys.exit(result.exit_code)


@cli.command()
@verb
@as_json
@click.option("--healthy", is_flag=True, help="Print nothing much; exit 1 if a source is behind.")
@click.option(
    "--max-lag", default="2h", show_default=True, callback=_seconds, help="With --healthy: how far behind is too far."
)
def status(healthy: bool, max_lag: int, as_json: bool, config: Path) -> None:
    """Per stream: last success, data to, lag, rows, rejected, next run, last error."""
    from core.clock import iso, now
    from core.daemon.place import load_place, reading
    from core.daemon.status import read_status, unhealthy

    loaded = load_place(config, with_secrets=False)
    now_at = now()
    with reading(loaded) as db:
        found = read_status(db, loaded, now_at)
    if healthy:
        reasons = unhealthy(found, now_at, max_lag)
        _say("healthy" if not reasons else "\n".join(reasons))
        sys.exit(1 if reasons else 0)
    if as_json:
        _json(found)
        return
    _table(
        ("source", "stream", "status", "last success", "data to", "rows", "set aside", "next run"),
        (
            (
                line.source, line.stream, line.status, _ago(now_at, line.last_success_at),
                iso(line.data_to_at) if line.data_to_at else None, line.rows, line.rejected,
                "now" if line.next_run_at and line.next_run_at <= now_at else iso(line.next_run_at or now_at),
            )
            for line in found.streams
        ),
    )  # fmt: skip
    for line in found.streams:
        for said in filter(None, (line.error, line.note)):
            _say(f"{line.source} {line.stream}: {said}")
    for rejected in found.rejected:
        _say(f"set aside: {rejected.source} {rejected.stream}: {rejected.rows} × {rejected.reason}")
    for key, destination, part, state in found.undelivered:
        _say(f"not delivered: {key} to {destination} ({part}): {state}")


@cli.command()
@verb
@as_json
def doctor(as_json: bool, config: Path) -> None:
    """Everything that could be wrong, on one page."""
    from core.clock import now
    from core.daemon.doctor import examine
    from core.daemon.place import load_place, reading

    loaded = load_place(config, with_secrets=False)
    with reading(loaded) as db:
        findings = list(examine(db, loaded, now()))
    if as_json:
        _json([{"what": f.what, "ok": f.ok, "advice": f.advice} for f in findings])
    else:
        for finding in findings:
            _say(f"{'ok  ' if finding.ok else 'BAD '} {finding.what}{': ' + finding.advice if finding.advice else ''}")
    sys.exit(0 if all(finding.ok for finding in findings) else 3)


@cli.command()
@verb
@as_json
@click.option("--from", "from_on", help="First local day; 28 days back if left out.")
@click.option("--to", "to_on", help="Last local day; yesterday if left out.")
@click.option("--source", help="This source only.")
def reconcile(from_on: str | None, to_on: str | None, source: str | None, as_json: bool, config: Path) -> None:
    """Our numbers beside the vendor's own: how many are equal, and which rule explains the others."""
    from core.clock import now
    from core.daemon.compare import compared, reconciliation_lines
    from core.daemon.place import load_place, reading

    loaded = load_place(config, with_secrets=False)
    with reading(loaded) as db:
        found = compared(db, loaded, from_on, to_on, source, now())
    if as_json:
        _json(found.data())
    else:
        for line in reconciliation_lines(found):
            _say(line)
    sys.exit(0 if all(verdict.ok for verdict in found.verdicts()) else 3)


@cli.command()
@verb
@as_json
@click.option("--source", help="This source only.")
def audit(source: str | None, as_json: bool, config: Path) -> None:
    """Whether everything is here: counts beside the vendor's, rows without their parents, gaps, what is late."""
    from core.clock import now
    from core.daemon.audit import audit_now
    from core.daemon.place import load_place, reading

    loaded = load_place(config)
    with reading(loaded) as db:
        found = audit_now(db, loaded, source, now())
    if as_json:
        _json([one.data() for one in found])
    else:
        for one in found:
            for line in one.lines:
                _say(f"{ {True: 'ok  ', False: 'BAD ', None: '    '}[line.ok] } {one.source}: {line.says}")
        for one in found:
            _say(one.sentence())
    sys.exit(0 if all(one.ok for one in found) else 3)


@cli.command()
@verb
@as_json
@click.option("--queue", help="The people of one queue only.")
@click.option("--day", help="A local day, such as 2026-11-20; tomorrow if left out.")
@click.option("--calls", type=float, help="Calls of an interval: then nothing is read from the store.")
@click.option("--aht", callback=_span, help="How long one takes, talk, hold and wrap-up, such as 180s or 4m.")
@click.option("--in", "interval", default="30m", show_default=True, callback=_seconds, help="The interval.")
@click.option("--target", default="80/20", show_default=True, help="Per cent of calls answered within seconds.")
@click.option("--shrinkage", type=float, help="Share of paid time away from contacts, such as 0.3.")
@click.option("--patience", callback=_span, help="How long callers wait before they hang up, such as 2m.")
@click.option("--busy", type=float, default=1.0, show_default=True, help="Share of their time people are busy at most.")
@click.pass_context
def staffing(
    context: click.Context, queue: str | None, day: str | None, calls: float | None, aht: int | None, interval: int,
    target: str, shrinkage: float | None, patience: int | None, busy: float, as_json: bool, config: Path,
) -> None:  # fmt: skip
    """How many people a day needs by the forecast of this store, half hour by half hour.

    With --calls and --aht: how many people those calls need, from nothing but what the options say. A day's plan takes
    its target, shrinkage and patience from the config, [planning] and [[queues]].
    """
    from core.clock import now
    from core.daemon.planning import plan_day, what_if

    if (calls is None) != (aht is None):
        raise click.UsageError("--calls and --aht go together")
    given = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    if calls is None and (alone := sorted(given & {"interval", "target", "shrinkage", "patience", "busy"})):
        raise click.UsageError(f"--{alone[0].replace('interval', 'in')} goes with --calls and --aht")
    if calls is not None and (of_store := sorted(given & {"queue", "day"})):
        raise click.UsageError(f"--{of_store[0]} does not go with --calls, which reads nothing from the store")
    if calls is not None and aht is not None:
        found: Any = what_if(calls, aht, interval, target, shrinkage=shrinkage, patience_s=patience, max_occupancy=busy)
    else:
        found = plan_day(config, now(), day, queue)
    if as_json:
        _json(found)
    else:
        for line in found.lines():
            _say(line)


@cli.group(context_settings=CONTEXT)
def kpi() -> None:
    """Metrics: what they mean and what they say."""


@kpi.command("list")
@verb
@as_json
@day_option
def kpi_list(as_json: bool, day: str | None, config: Path) -> None:
    """Every metric: unit, direction, counter-metric, and whether this store can tell it."""
    from core.clock import now
    from core.daemon.questions import list_metrics

    rows = list_metrics(config, now(), day)
    if as_json:
        _json(rows)
        return
    _table(
        ("id", "name", "unit", "better", "shown with", day or "yesterday"),
        ((r.id, r.name, r.unit, r.direction, ", ".join(r.counter) or None, r.said) for r in rows),
    )


@kpi.command("show")
@verb
@as_json
@day_option
@where_option
@click.argument("metric")
@click.option("--from", "from_on", help="First day of a period.")
@click.option("--to", "to_on", help="Last day of a period.")
@click.option("--variant", help="A variant; all of them if left out.")
@click.option("--by", "by", help="Split by a dimension, such as queue, team or channel.")
@click.option("--days", type=int, default=0, help="This many daily values.")
def kpi_show(
    metric: str, day: str | None, from_on: str | None, to_on: str | None, variant: str | None, by: str | None,
    days: int, where: Sequence[str], as_json: bool, config: Path,
) -> None:  # fmt: skip
    """One metric: definition, value, n, interval, usual, variants, counter-metric."""
    from core.clock import now
    from core.daemon.questions import show_metric

    shown = show_metric(
        config, now(), metric, day=day, from_on=from_on, to_on=to_on, variant=variant, by=by, days=days,
        where=_where(where),
    )  # fmt: skip
    if as_json:
        _json(shown)
    else:
        for line in shown.lines():
            _say(line)


@kpi.command("explain")
@verb
@as_json
@day_option
@where_option
@click.argument("metric")
@click.option("--from", "from_on", help="First day of a period.")
@click.option("--to", "to_on", help="Last day of a period.")
@click.option("--variant", help="A variant; the one that reports show if left out.")
@click.option("--by", "by", help="What changed by this dimension; the one that explains most if left out.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Show this many cases.")
def kpi_explain(as_json: bool, config: Path, metric: str, where: Sequence[str], **given: Any) -> None:
    """What stands behind a number: definition, what was left out and why, the cases, what changed, restatements."""
    from core.clock import now
    from core.daemon.explain import explain_metric

    explained = explain_metric(config, now(), metric, where=_where(where), **given)
    if as_json:
        _json(explained.data())
    else:
        for line in explained.lines():
            _say(line)


@kpi.command("suggest")
@verb
@as_json
@click.option("--customer-need", "customer", help="What the customer needs, in your words.")
@click.option("--company-need", "company", help="What the company needs.")
@click.option("--edge-need", "edge", help="What staying ahead of competitors needs.")
@click.option("--non-interactive", is_flag=True, help="Ask nothing; take the options, else the needs of your goals.")
def kpi_suggest(non_interactive: bool, as_json: bool, config: Path, **given: str | None) -> None:
    """One metric to look at next, or to leave out; where nothing is configured, the few to begin with."""
    from core.clock import now
    from core.daemon.choosing import QUESTIONS, suggestion

    needs = {key: text for key, text in given.items() if text}
    if not (non_interactive or as_json) and sys.stdin.isatty():
        for key, question in QUESTIONS.items():
            if key not in needs:
                needs[key] = click.prompt(f"{question} (empty: skip)", default="", show_default=False)
    made = suggestion(config, now(), needs)
    if as_json:
        _json(made.data())
        return
    for line in made.lines():
        _say(line)


@cli.command()
@verb
@as_json
@click.option("--team", help="Of this team only.")
@click.option("--person", help="Of this person only, by name or id.")
@click.option("--from", "from_on", help="First day; as far back as [appraisal] allows if left out.")
@click.option("--to", "to_on", help="Last day; yesterday if left out.")
@click.option("--as", "reader", metavar="NAME", help="Who is reading; logged beside the user of this machine.")
@click.option("--reads", is_flag=True, help="Show who has read whose scorecard instead.")
def scorecard(reads: bool, as_json: bool, config: Path, **given: Any) -> None:
    """Numbers of single persons, with their guards; off unless [appraisal] says who agreed."""
    from core.clock import now
    from core.daemon.scorecards import reading_line, readings, scorecards

    if reads:
        log = readings(config)
        if as_json:
            _json(log)
        for one in [] if as_json else log:
            _say(reading_line(one))
        return
    shown = scorecards(config, now(), **given)
    if as_json:
        _json(shown.data())
    else:
        for line in shown.lines():
            _say(line)


@cli.command()
@verb
@period_option
@click.option("--name", default=None, help="Which report; the first one if left out.")
@click.option("--format", "form", type=click.Choice(["text", "html", "md", "json", "csv", "slack"]), default="text")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of the screen.")
@click.option("--language", type=click.Choice(["en", "de", "zh"]))
def report(
    day: str | None, name: str | None, form: str, out: Path | None, language: str | None, config: Path
) -> None:  # fmt: skip
    """Build a report and send nothing."""
    from core.clock import now
    from core.daemon.questions import report_text
    from core.deliver.file import write_whole

    made = report_text(config, now(), name, day, form, language)
    if out:
        _say(f"wrote {write_whole(out, made)}")
    else:
        click.echo(made)


@cli.command()
@verb
@period_option
@click.option("--name", default=None, help="Which report; the first one if left out.")
@click.option("--to", "to", multiple=True, help="To these destinations only.")
@click.option("--dry-run", is_flag=True, help="Draw the message, print its JSON and its limits; send nothing.")
@click.option("--resume", is_flag=True, help="Send what is unclear or failed, after you looked.")
def send(
    day: str | None, name: str | None, to: Sequence[str], dry_run: bool, resume: bool, config: Path
) -> None:  # fmt: skip
    """Send a report now; what has arrived before is not sent again."""
    from core.clock import now
    from core.daemon.cycle import send_now
    from core.daemon.place import load_place
    from core.daemon.questions import dry_run_lines

    if dry_run:
        for line in dry_run_lines(config, now(), name, day):
            click.echo(line)
        return
    result = send_now(load_place(config), now(), name, day, tuple(to), resume=resume)
    for line in result.lines():
        _say(line)
    sys.exit(result.exit_code)


@cli.command()
@verb
@click.argument("what", type=click.Choice(["tickets", "calls"]))
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of the screen.")
@click.option("--from", "from_on", help="First day (created or arrived).")
@click.option("--to", "to_on", help="Last day.")
def export(
    what: Any, form: Any, out: Path | None, from_on: str | None, to_on: str | None, config: Path
) -> None:  # fmt: skip
    """One row a ticket or call: the vendor's own id as native_id, and all facts."""
    from core.daemon.questions import export_to

    count = export_to(config, what, form, out, from_on, to_on)
    if out:
        _say(f"wrote {count} {what} to {out}")


@cli.command()
@verb
@click.option("--from-raw", is_flag=True, help="Normalise kept vendor rows again first; deletes nothing.")
def rebuild(from_raw: bool, config: Path) -> None:
    """Derive intervals, facts and parts again from the base rows."""
    from core.clock import now
    from core.daemon.cycle import rebuild_all
    from core.daemon.place import load_place

    for line in rebuild_all(load_place(config, with_secrets=False), now(), from_raw=from_raw):
        _say(line)


@cli.command()
@verb
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path, config: Path) -> None:
    """A safe copy of the store, also while the daemon runs."""
    from core.daemon.place import load_place, reading
    from core.store.db import backup as copy

    loaded = load_place(config, with_secrets=False)
    with reading(loaded, as_is=True) as db:
        copy(db, target)
    _say(f"wrote {target} ({target.stat().st_size:,} bytes). Restore it by putting it in place of {loaded.store_path}.")


@cli.group(context_settings=CONTEXT)
def connectors() -> None:
    """What Deskpulse can read."""


folder_option = click.option(
    "--folder", type=click.Path(path_type=Path), help="Folder of your own connectors; the config's if left out."
)


def _folder(folder: Path | None, config: Path) -> Path | None:
    from core.daemon.place import connector_folder

    return folder or (connector_folder(config) if config.exists() else None)


@connectors.command("list")
@verb
@as_json
@folder_option
def connectors_list(folder: Path | None, as_json: bool, config: Path) -> None:
    """Every connector with its streams, and the grade that the contract suite gave it."""
    from core.daemon.connectors import shown

    found = shown(_folder(folder, config))
    if as_json:
        _json(found)
        return
    for connector in found:
        _say(f"{connector.name}  {connector.title}  ({connector.origin})")
        _say(f"    grade {connector.grade}: {connector.error or connector.why}")
        for stream in connector.streams:
            _say(f"    {stream.name.ljust(22)} {stream.mode.ljust(12)} {stream.feeds}")


@connectors.command("new")
@verb
@click.argument("name")
@click.option(
    "--folder", type=click.Path(path_type=Path),
    help="Where to; the config's folder of connectors, or own-connectors, if left out.",
)  # fmt: skip
def connectors_new(name: str, folder: Path | None, config: Path) -> None:
    """Write a small connector that works, its imitation, test, page and config block, to be made into yours."""
    from core.sandbox.new import new_connector

    for line in new_connector(name, _folder(folder, config) or Path("own-connectors")).lines():
        _say(line)


@connectors.command("test")
@verb
@as_json
@click.argument("name", required=False)
@folder_option
@click.option("--all", "all_ours", is_flag=True, help="Every connector that comes with Deskpulse and has an imitation.")
@click.option("--case", "only", metavar="WORDS", help="Only the cases whose name holds these words.")
@click.option("--recordings", type=click.Path(path_type=Path), help="Folder with recorded answers of real vendors.")
@click.option("--write", is_flag=True, help="With --all, in a checkout: keep the grades for 'list' and the docs.")
def connectors_test(
    name: str | None, folder: Path | None, all_ours: bool, only: str | None, recordings: Path | None, write: bool,
    as_json: bool, config: Path,
) -> None:  # fmt: skip
    """Run the contract suite over a connector and an imitation of its vendor: no key, no network."""
    from core.sandbox.suite.find import our_imitations
    from core.sandbox.suite.run import run_suite, write_grades

    if all_ours == (name is not None):
        raise click.UsageError("Give the name of a connector, or --all.")
    if write and (only or not all_ours):
        raise click.UsageError("--write goes with --all, and with every case.")
    place = _folder(folder, config)
    tested = []
    for one in our_imitations() if all_ours else [str(name)]:
        if not as_json:
            _say(one)
        tested.append(run_suite(one, place, recordings, only, (lambda _: None) if as_json else _say_verdict))
        if not as_json:
            _say("    no imitation, so nothing was tested" if not tested[-1].verdicts else tested[-1].line())
    if as_json:
        _json(tested)
    if write:
        write_grades({one.name: one.grade for one in tested})
    sys.exit(3 if any(one.grade.failed or not one.verdicts for one in tested) else 0)


def _say_verdict(verdict: Any) -> None:
    why = f": {verdict.why}" if verdict.why else ""
    _say(f"    {verdict.outcome.ljust(15)} {verdict.case}{why}")
    if verdict.outcome == "failed":
        _say(f"    {' ' * 15} asked: {verdict.asks}")


@cli.group("config", context_settings=CONTEXT)
def config_group() -> None:
    """The config file."""


@config_group.command("validate")
@verb
def config_validate(config: Path) -> None:
    """Say everything that is wrong with it, with line and nearest right key."""
    from core.clock import now
    from core.daemon.place import load_place, reporting_of
    from core.daemon.scorecards import agreement

    loaded = load_place(config)
    for warning in loaded.warnings:
        _say(f"warning: {warning}")
    appraisal = reporting_of(loaded.config, now()).appraisal
    if appraisal.agent_metrics != "off":
        _say(agreement(appraisal))
    sources, reports = len(loaded.config.sources), len(loaded.config.reports)
    _say(f"{config} is fine: {sources} source{'s' * (sources != 1)}, {reports} report{'s' * (reports != 1)}.")


@config_group.command("show")
@verb
def config_show(config: Path) -> None:
    """The config in effect, defaults included, secrets masked."""
    from core.config.sample import shown
    from core.daemon.place import load_place

    _json(shown(load_place(config, with_secrets=False)))


@config_group.command("schema")
@verb
def config_schema(config: Path) -> None:
    """JSON schema for editors."""
    from core.config.sample import schema
    from core.daemon.connectors import settings_models

    _json(schema(settings_models(config)))


@cli.command()
@verb
@click.option("--out", type=click.Path(path_type=Path), default=Path(), show_default=True, help="The checkout.")
def docs(out: Path, config: Path) -> None:
    """Write the generated files: docs/connectors.md, metrics.md, numbers-differ.md, tables.md; config.example.toml."""
    from core.daemon.pages import write_pages

    for path in write_pages(out):
        _say(f"wrote {path}")


def main() -> None:
    """The command; every expected trouble is one message and one exit code, never a traceback."""
    try:
        from core import ownership
    except ImportError as other:
        click.echo(f"{other.path} hides Deskpulse's own 'core'. Start Deskpulse from another folder.", err=True)
        sys.exit(2)
    if conflict := ownership.name_conflict():
        click.echo(conflict, err=True)
        sys.exit(2)
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(1)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(1)
    except Exception as problem:  # noqa: BLE001  (the last edge: a message, an exit code, no traceback)
        from core.daemon.exits import explain

        text, code = explain(problem, debug="--debug" in sys.argv)
        click.echo(text, err=True)
        sys.exit(code)


if __name__ == "__main__":
    main()
