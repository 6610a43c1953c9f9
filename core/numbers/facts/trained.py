"""What a day's trainings did to quality: those trained against those who were not, before and after.

Points of those possible in the reviews of the 28 days before and after, without the day itself and without reviews of
chosen contacts. The others were in no training in these 56 days. A day of which one of the four is unknown tells
nothing.
"""

WINDOW_DAYS = 28
_NEAR = f"t.held_on between date(b.held_on, '-{WINDOW_DAYS} days') and date(b.held_on, '+{WINDOW_DAYS} days')"

TRAINED = f"""
with batches (effect_key, source, held_on) as materialized (
  select distinct source || '|' || held_on, source, held_on from training_facts where agent_uid is not null
), reviewed (effect_key, side, points, possible) as (
  select b.effect_key,
    case when exists (select 1 from training_facts t where t.agent_uid = r.agent_uid and t.source = b.source
        and t.held_on = b.held_on) then 'trained'
      when not exists (select 1 from training_facts t where t.agent_uid = r.agent_uid and {_NEAR}) then 'others'
    end || iif(r.reviewed_on < b.held_on, '_before', '_after'),
    cast(round(1000 * r.points) as integer), cast(round(1000 * r.possible) as integer)
  from batches b
  join review_facts r on r.reviewed_on between date(b.held_on, '-{WINDOW_DAYS} days')
    and date(b.held_on, '+{WINDOW_DAYS} days')
  where r.reviewed_on <> b.held_on and r.agent_uid is not null and r.is_counted = 1 and r.possible > 0
    and r.points is not null and (r.sample is null or r.sample <> 'targeted')
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
