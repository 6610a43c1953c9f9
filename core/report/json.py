"""The report as JSON with stable keys: the numbers as they are, and the words beside them."""

import json
from typing import Any

from core.numbers.answer import Answer, Comparison
from core.report.grids import plain, said
from core.report.model import Chart, Report, Section, Table, Tile
from core.report.rules import check
from core.report.words import Part, Words, compared


def render_json(report: Report, language: str) -> str:
    """The whole report; shares are 0..1, durations seconds, moments UTC epoch seconds."""
    check(report)
    words = Words(report, language)
    made = {
        "key": report.key,
        "kind": report.kind,
        "day_on": report.day_on,
        "from_on": report.period.from_on,
        "zone": report.zone,
        "language": language,
        "made_at": report.made_at,
        "where": dict(report.where),
        "is_closed_day": report.is_closed_day,
        "is_low_volume": report.is_low_volume,
        "is_partial": report.is_partial,
        "is_demo": report.is_demo,
        "title": words.title(),
        "headline": words.headline(),
        "sentences": [words.say(sentence) for sentence in report.sentences],
        "read_together": [words.say(sentence) for sentence in report.read_together],
        "history": [words.say(sentence) for sentence in report.history],
        "celebrations": [words.say(sentence) for sentence in report.celebrations],
        "next_step": words.say(report.next_step) if report.next_step else None,
        "tiles": [_tile(words, tile) for tile in report.tiles],
        "charts": [_chart(words, chart) for chart in (report.chart, *report.charts) if chart],
        "tables": [_table(table) for table in report.tables],
        "sections": [_section(words, section) for section in report.sections],
        "oldest": [
            {"number": t.number, "url": t.url, "team": t.team, "status_category": t.status_category, "age_s": t.age_s}
            for t in report.oldest
        ],
        "happened": [
            {"kind": one.kind, "from_on": one.from_on, "to_on": one.to_on, "title": one.title, "note": one.note}
            for one in report.happened
        ],
        "comments": [{"text": comment.text, "is_satisfied": comment.is_satisfied} for comment in report.comments],
        "sources": [
            {"source": s.source, "title": s.title, "data_to_at": s.data_to_at, "is_late": s.is_late,
             "is_failed": s.is_failed, "rejected": s.rejected, "skipped": list(s.skipped)}
            for s in report.sources
        ],
        "problems": [words.say(problem) for problem in (*words.problems(), *words.notes())],
        "rules": [words.say(rule) for rule in report.rules],
        "method": [words.say(note) for note in report.method],
        "revisions": [words.say(note) for note in report.revisions],
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _tile(words: Words, tile: Tile) -> dict[str, Any]:
    said = words.tile(tile)
    goal = {"target": tile.goal.target, "state": tile.goal_state, "streak": tile.streak} if tile.goal else None
    return {
        **_compared(tile.comparison),
        "name": said.name,
        "mark": tile.mark,
        "goal": goal,
        "counter": _answer(tile.counter) if tile.counter else None,
        "guard_missing": tile.guard_missing,
        "is_late": tile.is_late,
        "text": {"value": said.value, "delta": said.delta, "beside": said.small},
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "metric_id": answer.metric_id,
        "variant": answer.variant,
        "from_on": answer.period.from_on,
        "to_on": answer.period.to_on,
        "where": dict(answer.where),
        "value": answer.value,
        "n": answer.n,
        "num": answer.num,
        "den": answer.den,
        "mean": answer.mean,
        "p50": answer.p50,
        "p90": answer.p90,
        "ci_low": answer.ci_low,
        "ci_high": answer.ci_high,
        "status": answer.status,
        "reason": answer.reason,
        "maturity": answer.maturity,
        "precision": answer.precision,
        "definition_version": answer.definition_version,
        "notes": list(answer.notes),
    }


def _compared(given: Comparison) -> dict[str, Any]:
    usual = given.usual
    return {
        **_answer(given.answer),
        "usual": {"value": usual.value, "low": usual.low, "high": usual.high, "days": usual.days},
        "delta": given.delta,
        "verdict": given.verdict,
        "p_value": given.p_value,
        "weeks_13": given.weeks_13.value if given.weeks_13 else None,
        "weeks_17": given.weeks_17.value if given.weeks_17 else None,
        "weeks_52": given.weeks_52.value if given.weeks_52 else None,
        "previous": given.previous.value if given.previous else None,
    }


def _chart(words: Words, chart: Chart) -> dict[str, Any]:
    return {
        "metric_id": chart.metric_id,
        "kind": chart.kind,
        "title": words.chart_title(chart),
        "finding": words.say(chart.finding) if chart.finding else "",
        "goal": chart.goal,
        "points": [
            {"at": p.at, "value": p.value, "usual": p.usual, "low": p.low, "high": p.high, "n": p.n}
            for p in chart.points
        ],
    }


def _section(words: Words, section: Section) -> dict[str, Any]:
    made = said(words, section)
    return {
        "key": section.key,
        "title": made.title,
        "sentences": [_flat(parts) for parts in made.lines],
        "grids": [
            {
                "says": _flat(shown.says),
                "heads": shown.heads,
                "rows": [
                    [{"value": plain(cell), "text": text} for cell, text in zip(row, texts, strict=True)]
                    for row, texts in zip(grid.rows, shown.rows, strict=True)
                ],
                "more": grid.more,
            }
            for grid, shown in zip((grid for grid in section.grids if grid.rows), made.grids, strict=True)
        ],
        "charts": [_chart(words, chart) for chart in section.charts],
        "notes": [_flat(parts) for parts in made.notes],
    }


def _flat(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def _table(table: Table) -> dict[str, Any]:
    rows = [
        {"member": row.member, "cells": {compared(cell).metric_id: _answer(compared(cell)) for cell in row.cells}}
        for row in table.rows
    ]
    return {"dim": table.dim, "metric_ids": list(table.metric_ids), "rows": rows, "more": table.more}
