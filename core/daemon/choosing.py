"""What people look at, counted; and `kpi suggest`: what to look at next."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clock import add_days, day_of
from core.config.load import Loaded
from core.daemon.place import load_place, reading, report_specs, reporting_of
from core.numbers.analyses.choosing import Suggestion, channels, needs_in, start, suggest
from core.numbers.goal import Goal
from core.numbers.inquiry import Inquiry
from core.numbers.metrics import METRICS, STARTER
from core.numbers.profiles import profile

# Nobody waits for a count: while the daemon writes, a look goes uncounted.
BUSY_S = 0.05
LOOK = (
    "insert into metric_looks (metric_id, day_on, looks) values (?, ?, 1) "
    "on conflict (metric_id, day_on) do update set looks = looks + 1"
)
SAID = 12
QUESTIONS: Mapping[str, str] = {
    "customer": "What does the customer need",
    "company": "What does the company need",
    "edge": "What does staying ahead of competitors need",
}


def note_looks(loaded: Loaded, metric_ids: Iterable[str], now_at: int) -> None:
    """Counts that somebody asked for metrics today, not who; where the store cannot be written to, nothing happens."""
    today_on = day_of(now_at, loaded.config.zone)
    # A verb that only reads must answer on a full disk, for a reader without rights, and beside a busy writer.
    with suppress(sqlite3.Error):
        place = f"{loaded.store_path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(place, uri=True, timeout=BUSY_S, isolation_level=None)) as db:
            db.execute("begin immediate")
            db.executemany(LOOK, [(metric_id, today_on) for metric_id in dict.fromkeys(metric_ids)])
            db.execute("commit")


@dataclass(frozen=True)
class Suggested:
    """What `kpi suggest` says: the channels seen, the needs understood, what is looked at, and one thing to try."""

    channels: Mapping[str, int]
    needs: Mapping[str, str]
    understood: tuple[str, ...]
    shown: tuple[str, ...]
    suggestion: Suggestion | None
    language: str

    def lines(self) -> Iterator[str]:
        """The proposal in plain words, with what to write into the config."""
        seen = ", ".join(f"{channel} {count:,}" for channel, count in self.channels.items())
        yield f"Channels seen: {seen or 'none yet'}."
        more = f" and {len(self.shown) - SAID} more" if len(self.shown) > SAID else ""
        if self.shown:
            yield f"Your reports show {len(self.shown)} metrics: {', '.join(self.shown[:SAID])}{more}."
        if self.needs and not self.understood:
            yield "Your needs name nothing that a metric here answers; what is proposed rests on your reports alone."
        made = self.suggestion
        if made is None:
            yield "Nothing to add and nothing to leave out: what you look at is enough."
            return
        names = ", ".join(f"{METRICS[metric_id].names[self.language]} ({metric_id})" for metric_id in made.metric_ids)
        match made.because:
            case "starter":
                yield f"Start with few: {names}."
            case "guard":
                yield f"Add {names}: it guards {made.of}, which will alone can move."
            case "need":
                yield f"Add {names}: none of your metrics answers the need '{made.of}'."
            case "side":
                yield f"Add {names}: none of your metrics looks at that side of the service."
            case "unopened":
                yield f"Leave out {names}: nobody opened it in 8 weeks, and nothing moved it."
        yield "One at a time: look at it for some weeks before the next. In config.toml:"
        yield from self.toml()

    def toml(self) -> Iterator[str]:
        """The lines of the config that the proposal comes to."""
        made = self.suggestion
        if made is None:
            return
        if made.kind == "drop":
            metrics = [metric_id for metric_id in self.shown if metric_id not in made.metric_ids]
        else:
            metrics = list(dict.fromkeys((*self.shown, *made.metric_ids)))
        if made.kind == "start":
            yield "[[reports]]"
            yield 'name = "daily"'
        listed = ", ".join(f'"{metric_id}"' for metric_id in metrics)
        yield f"metrics = [{listed}]"

    def data(self) -> dict[str, Any]:
        """For other programs."""
        made = self.suggestion
        return {
            "channels": dict(self.channels),
            "needs": dict(self.needs),
            "understood": list(self.understood),
            "shown": list(self.shown),
            "suggestion": made
            and {"kind": made.kind, "metrics": list(made.metric_ids), "because": made.because, "of": made.of},
            "config": "\n".join(self.toml()),
        }


def _told(goals: Sequence[Goal]) -> dict[str, str]:
    """What the goals of a config say of each question, all of them."""
    found = {key: dict.fromkeys(goal.needs[key] for goal in goals if goal.needs.get(key)) for key in QUESTIONS}
    return {key: "; ".join(texts) for key, texts in found.items() if texts}


def suggestion(config: Path, now_at: int, needs: Mapping[str, str]) -> Suggested:
    """One thing to try: the starter profile where no report is configured, else the next metric to add or leave out.

    ``needs`` are answers to ``QUESTIONS``; those of the config's goals are used where one is not answered."""
    if not config.exists():
        return Suggested({}, needs, needs_in(needs), (), Suggestion("start", STARTER, "starter"), "en")
    loaded = load_place(config, with_secrets=False)
    reporting = reporting_of(loaded.config, now_at)
    specs = report_specs(loaded)
    goals = next(iter(specs.values())).goals
    told = _told(goals) | {key: text for key, text in needs.items() if text}
    understood = needs_in(told)
    with reading(loaded) as db:
        seen = channels(db)
        if loaded.config.reports:
            # Who asks for a whole catalogue has chosen nothing by it.
            picked = [spec for spec in specs.values() if spec.metrics not in ("core", "full")] or list(specs.values())
            shown = tuple(dict.fromkeys(name for spec in picked for name in profile(db, spec.metrics)))
            inquiry = Inquiry(db, reporting, now_at)
            made = suggest(inquiry, shown, goals, understood, add_days(inquiry.today_on, -1))
        else:
            shown, made = (), start(db)
    return Suggested(seen, told, understood, shown, made, loaded.config.reporting.language)
