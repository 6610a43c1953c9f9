"""What a day's trainings did to quality: those trained against those who were not, before and after.

Points of those possible in the reviews of the 28 days before and after, without the day itself and without reviews of
chosen contacts. The others were in no training in these 56 days. A day of which one of the four is unknown tells
nothing.
"""

WINDOW_DAYS = 28

TRAINED = f"""
with trained (person, source, held_on) as materialized (
  select human(agent_uid), source, held_on from training_facts where agent_uid is not null
), batches (effect_key, source, held_on) as materialized (
  select distinct source || '|' || held_on, source, held_on from trained
), near (effect_key, person, is_it) as materialized (
  select b.effect_key, t.person, max(t.held_on = b.held_on and t.source = b.source)
  from batches b
  join trained t on t.held_on between date(b.held_on, '-{WINDOW_DAYS} days') and date(b.held_on, '+{WINDOW_DAYS} days')
  group by b.effect_key, t.person
), around (effect_key, person, side, points, possible) as materialized (
  select b.effect_key, human(r.agent_uid), iif(r.reviewed_on < b.held_on, '_before', '_after'),
    cast(round(1000 * r.points) as integer), cast(round(1000 * r.possible) as integer)
  from batches b
  join review_facts r on r.reviewed_on between date(b.held_on, '-{WINDOW_DAYS} days')
    and date(b.held_on, '+{WINDOW_DAYS} days')
  where r.reviewed_on <> b.held_on and r.agent_uid is not null and r.is_counted = 1 and r.possible > 0
    and r.points is not null and (r.sample is null or r.sample <> 'targeted')
), reviewed (effect_key, side, points, possible) as (
  select a.effect_key, case when n.person is null then 'others' when n.is_it then 'trained' end || a.side, a.points,
    a.possible
  from around a left join near n on n.effect_key = a.effect_key and n.person = a.person
), sides (effect_key, side, score, reviews) as materialized (
  select effect_key, side, 1.0 * sum(points) / sum(possible), count(*) from reviewed where side is not null
  group by effect_key, side
), whole as (
  select effect_key,
    max(iif(side = 'trained_before', score, null)) as trained_before,
    max(iif(side = 'trained_after', score, null)) as trained_after,
    max(iif(side = 'others_before', score, null)) as others_before,
    max(iif(side = 'others_after', score, null)) as others_after,
    min(reviews) as reviews
  from sides group by effect_key having count(*) = 4
)
select w.effect_key, b.source, b.held_on, w.trained_before, w.trained_after, w.others_before, w.others_after, w.reviews,
  100 * ((w.trained_after - w.trained_before) - (w.others_after - w.others_before)) * w.reviews
from whole w join batches b on b.effect_key = w.effect_key order by 1
"""
