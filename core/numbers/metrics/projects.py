"""Campaigns with a goal, and what the organisation learns."""

from core.numbers.metric import Difficulty, Example, Metric, PerEmployed, Row, Share, Sum, ToDate, Unit, named

DIFFICULT = ("done", "success", "connected", "seat_s")


def _project(uid: str, minutes: int, a_day: int, success: int) -> Row:
    return {
        "project_uid": uid, "ended_on": "2026-03-04", "done": a_day, "seat_s": minutes * 60 * a_day, "connected": 100,
        "success": success,
    }  # fmt: skip


PAST = (_project("P1", 6, 40, 30), _project("P2", 9, 25, 18), _project("P3", 5, 50, 35), _project("P4", 8, 30, 20))

project_progress = Metric(
    id="project_progress",
    tier="F",
    names=named("Project progress", "Projektfortschritt", "项目进度"),
    says="What is done of a project's target.",
    group="J",
    unit=Unit.SHARE,
    direction="up",
    strength="S",
    counter=("success_rate",),
    clock="day",
    profile="I+C",
    floor=1,
    how={"standard": ToDate(Sum("project_facts", "", "done"), Sum("project_facts", "", "target_count"))},
    needs=("project_plans",),
    examples=(
        Example(
            {
                "project_facts": (
                    {"day_on": "2026-02-27", "done": 2_800, "target_count": 10_000},
                    {"day_on": "2026-03-04", "done": 400},
                    {"day_on": "2026-03-09", "done": 350},
                )
            },
            {"standard": 0.32, "standard.n": 10_000},
            says="3,200 of 10,000 done by the end of the week.",
        ),
    ),
)
success_rate = Metric(
    id="success_rate",
    tier="F",
    names=named("Success rate (outbound)", "Erfolgsquote", "成功率"),
    says="Of the people reached in a campaign, the share with whom its goal was reached.",
    group="J",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("complaint_rate",),
    clock="dialled_at",
    profile="C+I",
    floor=30,
    how={
        "standard": Share(Sum("project_facts", "", "success"), Sum("project_facts", "success is not null", "connected"))
    },
    needs=("projects",),
    examples=(
        Example(
            {"project_facts": ({"connected": 80, "success": 20}, {"connected": 20, "success": 5})},
            {"standard": 0.25, "standard.n": 100},
        ),
    ),
)
difficulty_index = Metric(
    id="difficulty_index",
    tier="F",
    names=named("Project difficulty index", "Schwierigkeitsindex", "项目难度指数"),
    says="How hard a project was, against earlier ones.",
    group="J",
    unit=Unit.DEVIATIONS,
    direction="none",
    strength="-",
    counter=(),
    clock="project end",
    profile="I",
    floor=3,
    floor_of="projects",
    how={"standard": Difficulty(*(Sum("project_facts", "", name, "ended_on") for name in DIFFICULT))},
    needs=("project_ends",),
    examples=tuple(
        Example({"project_facts": PAST}, {"standard": score, "standard.n": 4}, where={"project": uid})
        for uid, score in (("P1", -0.5430022733), ("P2", 1.1805473073), ("P3", -1.3386322152), ("P4", 0.7010871812))
    ),
)
improvement_closed_rate = Metric(
    id="improvement_closed_rate",
    tier="F",
    names=named("Improvement actions finished on time", "Umgesetzte Verbesserungen", "持续改进完成率"),
    says="Of the improvement actions due, the share finished in time.",
    group="L",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=("improvement_effect_rate",),
    clock="due_on",
    profile="I",
    floor=5,
    how={
        "standard": Share(
            Sum("improvement_facts", "done_on <= due_on", on="due_on"), Sum("improvement_facts", on="due_on")
        )
    },
    needs=("improvements",),
    examples=(
        Example(
            {
                "improvement_facts": (
                    {"due_on": "2026-03-04", "done_on": "2026-03-04"},
                    {"due_on": "2026-03-04", "done_on": "2026-02-20"},
                    {"due_on": "2026-03-05", "done_on": "2026-03-06"},
                    {"due_on": "2026-03-06", "done_on": None},
                    {"due_on": "2026-03-09", "done_on": None},
                )
            },
            {"standard": 0.5, "standard.n": 4},
        ),
    ),
)
improvement_effect_rate = Metric(
    id="improvement_effect_rate",
    tier="F",
    names=named("Improvements with proven effect", "Wirksame Verbesserungen", "改进有效率"),
    says="Of the improvements measured, the share that moved their figure the right way, beyond its interval.",
    group="L",
    unit=Unit.SHARE,
    direction="up",
    strength="W",
    counter=(),
    clock="measured_on",
    profile="I",
    floor=5,
    how={
        "standard": Share(
            Sum("improvement_effect_facts", "is_effective = 1"),
            Sum("improvement_effect_facts", "is_effective is not null"),
        )
    },
    needs=("improvement_effects",),
    examples=(
        Example(
            {
                "improvement_effect_facts": (
                    {"is_effective": 1, "measured_on": "2026-03-03"},
                    {"is_effective": 1, "measured_on": "2026-03-04"},
                    {"is_effective": 0, "measured_on": "2026-03-04"},
                    {"is_effective": 0, "measured_on": "2026-03-06"},
                    {"is_effective": None, "measured_on": "2026-03-06"},
                    {"is_effective": 1, "measured_on": "2026-03-09"},
                )
            },
            {"standard": 0.5, "standard.n": 4},
            says="Finished and measured in the week: four, two of them with an effect; one could not be measured.",
        ),
    ),
)
suggestion_rate = Metric(
    id="suggestion_rate",
    tier="F",
    names=named("Staff suggestions per head", "Vorschläge je Kopf", "人均改进建议数"),
    says="Suggestions by staff for each person.",
    group="L",
    unit=Unit.RATIO,
    direction="up",
    strength="W",
    counter=("improvement_closed_rate",),
    clock="made_on",
    profile="I",
    floor=10,
    floor_of="heads",
    how={"standard": PerEmployed(Sum("improvement_facts", on="made_on"))},
    needs=("improvements", "staff_records"),
    examples=(
        Example(
            {
                "improvement_facts": ({"made_on": "2026-03-03"}, {"made_on": "2026-03-05"}, {"made_on": "2026-03-06"}),
                "employment_facts": tuple({"hired_on": "2024-05-01", "left_on": None} for _ in range(12)),
            },
            {"standard": 0.25, "standard.n": 12},
        ),
    ),
)

METRICS = (
    project_progress,
    success_rate,
    difficulty_index,
    improvement_closed_rate,
    improvement_effect_rate,
    suggestion_rate,
)
