"""Tables that the running service keeps: cursors, raw and rejected rows, what was published, what was sent."""

from core.store.tables.shape import Index, Table, columns

RUNNING: tuple[Table, ...] = (
    Table(
        "schedule_hours",
        columns("schedule_uid valid_from_on valid_to_on weekday:I open_min:I close_min:I"),
        ("schedule_uid", "valid_from_on", "weekday", "open_min", "close_min"),
        says="Opening hours of a schedule, dated by the day they were first seen; valid_to_on is exclusive.",
    ),
    Table("holidays", columns("schedule_uid day_on name open_min:I close_min:I"), ("schedule_uid", "day_on"),
          says="Days with other hours; no hours means closed."),
    Table("dirty_keys", columns("kind key"), ("kind", "key"),
          says="Base rows (ticket, call, agent, customer, schedule), and days of agents, that changed since their "
          "facts were derived; erased: customers whose kept rows are still to be dropped."),
    Table("dirty_days", columns("fact clock day_on since:I!"), ("fact", "clock", "day_on"),
          says="Local days whose parts must be folded again."),
    Table("raw_records", columns("source stream native_id fetched_at:I! dictionary:I! payload:B!"),
          ("source", "stream", "native_id"), says="Vendor rows as kept for normalising again; zstd, row by row."),
    Table("raw_dictionaries", columns("id:I source! stream! made_at:I! dictionary:B!"), ("id",),
          says="Trained compression dictionaries of raw_records.", rowid=True),
    Table(
        "stream_state",
        columns("source stream resume_at data_to_at:I last_success_at:I last_error last_error_at:I rows:I! "
                "rejected:I! is_complete:I! status! note"),
        ("source", "stream"),
        says="Where each stream goes on, and how it fares; status: ok, failed, skipped, never.",
    ),
    Table(
        "child_keys",
        columns("source stream key version:I! done_version:I"),
        ("source", "stream", "key"),
        (Index(("source", "stream", "version"), "done_version is null or done_version < version"),),
        "Parents of a stream's children, with the version seen and the version whose children were read.",
    ),
    Table(
        "rejected_rows",
        columns("id:I source! stream! native_id reason! raw:B happened_at:I! resolved_at:I"),
        ("id",),
        (Index(("source", "stream", "native_id")),),
        "Rows set aside, one each, until a later good row of the same id resolves them.",
        rowid=True,
    ),
    Table("checks", columns("source kind checked_at:I! ok:I! summary!"), ("source", "kind"),
          says="What the last comparison with each vendor came to; kind: reconcile or audit."),
    Table("runs", columns("id started_at:I! ended_at:I exit_code:I summary"), ("id",), says="One row a run."),
    Table(
        "backfills",
        columns("source stream from_at:I to_at:I resume_at done:I! rows:I! requests:I!"),
        ("source", "stream", "from_at", "to_at"),
        says="Windows of history still to be read, newest first.",
    ),
    Table(
        "metric_values",
        columns("metric_id definition_version:I variant grain period_start_at:I period_end_at:I! dim_key "
                "num:R den:R n:I! value:R ci_low:R ci_high:R p50:R p90:R as_of_at:I maturity! precision status! "
                "reason report_key"),
        ("metric_id", "definition_version", "variant", "grain", "period_start_at", "dim_key", "as_of_at"),
        (Index(("report_key",)),),
        "What was published, as it was published.",
    ),
    Table(
        "metric_restatements",
        columns("id:I metric_id! variant! grain! period_start_at:I! dim_key! old_value:R new_value:R reason "
                "happened_at:I! report_key"),
        ("id",),
        says="A published final value that later data changed.",
        rowid=True,
    ),
    Table(
        "outbox",
        columns("report_key destination revision:I part state! payload_hash remote_id remote_ts payload happened_at:I! "
                "note"),
        ("report_key", "destination", "revision", "part"),
        says="Every message, written before it is sent; state: intended, sent, unclear, failed.",
    ),
    Table("goal_events", columns("goal_uid period_start_on kind! value:R counter_value:R posted_at:I report_key"),
          ("goal_uid", "period_start_on"),
          says="What became of a goal in a week, as a report first told it; kind: reached, missed, counter_failed."),
    Table(
        "made_forecasts",
        columns("series where_key interval_start_at:I interval_s:I horizon_days:I method made_at:I! value:R! low:R "
                "high:R is_used:I"),
        ("series", "where_key", "interval_start_at", "interval_s", "horizon_days", "method"),
        (Index(("made_at",)),),
        "Forecasts that Deskpulse made, kept as they were made; series is a metric id, where_key a slice as JSON, "
        "horizon_days the whole days from the day they were made to the day they are for; is_used marks the method "
        "that was told.",
    ),
    Table(
        "requirements",
        columns("queue_uid interval_start_at:I pool! calls:R! required:R! heads:R staffed:R basis method! made_at:I!"),
        ("queue_uid", "interval_start_at"),
        (Index(("interval_start_at",)),),
        "How many people a queue needs in a half hour, by what was expected on the day before, and how many there "
        "were; required at work, heads on the roster. pool is the first of the queues that the same people answer; "
        "basis tells what staffed counts: rostered or seen.",
    ),
    Table("metric_looks", columns("metric_id day_on looks:I!"), ("metric_id", "day_on"),
          says="On which days somebody asked for a metric, how often; not who."),
    Table("scorecard_reads", columns("id:I read_at:I! reader! subject! from_on! to_on!"), ("id",),
          says="Who read whose scorecard, of which period; kept for two years.", rowid=True),
    Table("settings", columns("key value"), ("key",), says="Facts about this store: schema version, hash key, zone."),
)  # fmt: skip
