"""What others have published of their numbers: a range to know, never a target (metrics §4).

Experts say that there is no agreed standard, and a range makes sense within one's own trade only. For cost per contact,
first response time and satisfaction no free figure worth telling was found, and for occupancy none with a source. Years
are those that the sources name.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Says: TypeAlias = Literal[
    "about", "in_20_s", "average", "range", "acceptable", "under_best", "good_range", "top_from", "over_fine",
    "over_good", "over_very_good", "good", "under_excellent", "model", "over_tasked", "surveyed", "finance_cn",
    "retail_cn", "technical_cn", "sales_cn", "service_desks",
]  # fmt: skip


@dataclass(frozen=True)
class Benchmark:
    """One published figure in the unit of its metric: ``low``, up to ``high`` where it is a range; ``says`` what of.

    ``is_weak``: the source does not tell where it has it from."""

    metric_id: str
    says: Says
    low: float
    source: str
    year: int | None = None
    high: float | None = None
    variant: str | None = None
    is_weak: bool = False


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("service_level", "in_20_s", 0.80, "vcc.live", 2024),
    Benchmark("service_level", "in_20_s", 0.80, "tel-inform.de"),
    Benchmark("service_level", "in_20_s", 0.80, "mptelecom.com.vn citing IFC"),
    Benchmark("average_speed_of_answer", "about", 28, "mptelecom.com.vn citing IFC"),
    Benchmark("average_speed_of_answer", "range", 20, "WFM Labs wiki", high=30),
    Benchmark("average_speed_of_answer", "finance_cn", 30, "yunthe.com"),
    Benchmark("average_speed_of_answer", "retail_cn", 45, "yunthe.com"),
    Benchmark("abandon_rate", "acceptable", 0.03, "WFM Labs wiki", high=0.05),
    Benchmark("abandon_rate", "under_best", 0.03, "WFM Labs wiki"),
    Benchmark("abandon_rate", "range", 0.05, "mptelecom.com.vn citing IFC", high=0.08),
    Benchmark("abandon_rate", "surveyed", 0.12, "Talkdesk", 2015),
    # Asked of customers after the call, in more than 500 North American centres: not the rate that contacts tell.
    Benchmark("fcr_survey", "average", 0.70, "SQM Group"),
    Benchmark("fcr_survey", "good_range", 0.70, "SQM Group", high=0.79),
    Benchmark("fcr_survey", "top_from", 0.80, "SQM Group"),
    Benchmark("average_handle_time", "about", 360, "Nextiva via ctplapps.in"),
    Benchmark("average_handle_time", "technical_cn", 300, "yunthe.com", high=480),
    Benchmark("average_handle_time", "sales_cn", 180, "yunthe.com", high=300),
    Benchmark("average_handle_time", "service_desks", 390, "HDI via mechdyne.com"),
    Benchmark("attrition_rate", "range", 0.30, "Nextiva via ctplapps.in", high=0.45, variant="annualised"),
    Benchmark("nps", "over_fine", 30, "MetricsFlare"),
    Benchmark("nps", "over_good", 50, "MetricsFlare"),
    Benchmark("nps", "over_very_good", 70, "MetricsFlare"),
    Benchmark("csat_response_rate", "average", 0.15, "theknowledgeburrow.com", is_weak=True),
    Benchmark("csat_response_rate", "good", 0.25, "theknowledgeburrow.com", is_weak=True),
    # Of single days, as ours is; Turnella says 5 % of months, 7 % of weeks and 15 % of half hours.
    Benchmark("forecast_wape", "under_excellent", 0.10, "Turnella"),
    # SWPP says that there is no industry standard and that one should measure one's own.
    Benchmark("shrinkage", "model", 0.352, "cca2z.com"),
    Benchmark("utilization", "average", 0.478, "HDI via mechdyne.com"),
    Benchmark("utilization", "over_tasked", 0.75, "HDI via mechdyne.com"),
)

# Asked of customers, the same question as another metric answers from contacts.
SHOWN_WITH = {"fcr_survey": "first_contact_resolution_rate"}
