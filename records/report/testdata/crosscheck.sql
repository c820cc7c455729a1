-- Figures about incidents, computed from made-up rows without any of Frontdesk's code.
-- Each line of the result is the name of a figure and its value as JSON. Names that
-- begin with ! are of the period from :from up to, but without, :to.

CREATE TABLE inc (id TEXT, opened INTEGER, resolved INTEGER, closed INTEGER, state TEXT, priority TEXT, service TEXT, made TEXT, reopens INTEGER, reassigns INTEGER);
CREATE TABLE log (id TEXT, n INTEGER, at INTEGER, state TEXT, team TEXT);
CREATE TABLE cat (state TEXT, category TEXT);
.mode csv
.import inc.csv inc
.import log.csv log
.import cat.csv cat
.mode list
UPDATE inc SET opened = nullif(opened, ''), resolved = nullif(resolved, ''), closed = nullif(closed, ''), reopens = nullif(reopens, ''), reassigns = nullif(reassigns, '');

CREATE VIEW i AS SELECT inc.*, category, category IN ('closed', 'cancelled') AS done FROM inc JOIN cat USING (state);

-- Volume
SELECT '!opened', count(*) FROM i WHERE opened >= :from AND opened < :to;
SELECT '!resolved', count(*) FROM i WHERE resolved >= :from AND resolved < :to;
SELECT '!closed', count(*) FROM i WHERE closed >= :from AND closed < :to;
SELECT '!opened records', json_group_array('incident/' || id) FROM (SELECT id FROM i WHERE opened >= :from AND opened < :to ORDER BY id);
SELECT '!opened.by_month', json_group_object(m, n) FROM (SELECT strftime('%Y-%m', opened, 'unixepoch', :zone) m, count(*) n FROM i WHERE opened >= :from AND opened < :to GROUP BY 1);
SELECT '!resolved.by_month', json_group_object(m, n) FROM (SELECT strftime('%Y-%m', resolved, 'unixepoch', :zone) m, count(*) n FROM i WHERE resolved >= :from AND resolved < :to GROUP BY 1);
SELECT '!closed.by_month', json_group_object(m, n) FROM (SELECT strftime('%Y-%m', closed, 'unixepoch', :zone) m, count(*) n FROM i WHERE closed >= :from AND closed < :to GROUP BY 1);
SELECT '!opened of ' || priority, count(CASE WHEN opened >= :from AND opened < :to THEN 1 END) FROM i GROUP BY priority;
SELECT '!backlog of ' || priority, count(CASE WHEN closed IS NULL AND NOT done THEN 1 END) FROM i GROUP BY priority;
SELECT 'cancelled', count(*) FROM i WHERE category = 'cancelled' AND closed IS NOT NULL;

-- Backlog
SELECT '!open', count(*) FROM i WHERE category IN ('new', 'active', 'held');
SELECT '!backlog', count(*) FROM i WHERE closed IS NULL AND NOT done;
SELECT '!backlog records', json_group_array('incident/' || id) FROM (SELECT id FROM i WHERE closed IS NULL AND NOT done ORDER BY id);
SELECT '!open.age', json_group_object(b, n) FROM (
	SELECT b, count(id) n FROM (VALUES ('<1 day'), ('1-5 days'), ('6-30 days'), ('31-90 days'), ('>90 days'), ('(not stated)')) AS k
	JOIN (SELECT column1 b FROM (VALUES ('<1 day'), ('1-5 days'), ('6-30 days'), ('31-90 days'), ('>90 days'), ('(not stated)'))) ON b = k.column1
	LEFT JOIN (SELECT id, CASE WHEN opened IS NULL THEN '(not stated)' WHEN days < 1 THEN '<1 day' WHEN days <= 5 THEN '1-5 days' WHEN days <= 30 THEN '6-30 days' WHEN days <= 90 THEN '31-90 days' ELSE '>90 days' END AS age
		FROM (SELECT *, (:asof - opened) / 86400 AS days FROM i WHERE category IN ('new', 'active', 'held'))) ON age = b
	GROUP BY b HAVING b <> '(not stated)' OR n > 0);
SELECT 'backlog.by_month', json_group_object(m, n) FROM (
	WITH RECURSIVE some AS (SELECT strftime('%Y-%m', opened, 'unixepoch', :zone) AS o, strftime('%Y-%m', closed, 'unixepoch', :zone) AS c FROM i WHERE opened IS NOT NULL AND (closed IS NOT NULL OR NOT done)),
	ends AS (SELECT min(o) AS first, max(CASE WHEN c IS NULL THEN max(o, strftime('%Y-%m', :asof, 'unixepoch', :zone)) ELSE c END) AS last FROM some),
	months(m) AS (SELECT first FROM ends WHERE first IS NOT NULL UNION ALL SELECT strftime('%Y-%m', m || '-01', '+1 month') FROM months, ends WHERE m < last)
	SELECT m, (SELECT count(*) FROM some WHERE o <= m AND (c IS NULL OR c > m)) AS n FROM months);

-- Times, in hours. Quantiles by linear interpolation between the two nearest values.
CREATE TEMP TABLE took AS
	SELECT 'time_to_resolve' AS what, priority, (resolved - opened) / 3600.0 AS h FROM i WHERE opened IS NOT NULL AND resolved >= :from AND resolved < :to
	UNION ALL SELECT 'time_to_close', priority, (closed - opened) / 3600.0 FROM i WHERE opened IS NOT NULL AND closed >= :from AND closed < :to;
CREATE TEMP TABLE ranked AS SELECT what, h, row_number() OVER (PARTITION BY what ORDER BY h) - 1 AS k, count(*) OVER (PARTITION BY what) AS n FROM took;
SELECT '!' || what || '.mean', json_quote(avg(h)) FROM took GROUP BY what;
SELECT '!' || what || '.mean of ' || priority, json_quote(avg(h)) FROM took GROUP BY what, priority;
SELECT '!' || a.what || '.' || q.name, json_quote(a.h + (coalesce(b.h, a.h) - a.h) * (q.p * (a.n - 1) - a.k))
	FROM (SELECT 'median' AS name, 0.5 AS p UNION SELECT 'p90', 0.9) AS q
	JOIN ranked a ON a.k = CAST(q.p * (a.n - 1) AS INTEGER) LEFT JOIN ranked b ON b.what = a.what AND b.k = a.k + 1;

-- Reopened and reassigned: by the log (reopened_log: from resolved alone), and by the source's counter where it has one.
CREATE TEMP TABLE states AS SELECT id, n, at, category, category IN ('resolved', 'closed', 'cancelled') AS over FROM log JOIN cat USING (state) WHERE state <> '';
CREATE TEMP TABLE reopenings AS SELECT id, count(*) AS n, sum(was = 'resolved') AS resolved, sum(was = 'closed') AS closed
	FROM (SELECT id, over, lag(category) OVER (PARTITION BY id ORDER BY n) AS was FROM states) WHERE NOT over AND was IN ('resolved', 'closed') GROUP BY id;
CREATE TEMP TABLE handings AS SELECT id, n, team, lag(team) OVER (PARTITION BY id ORDER BY n) AS was FROM log WHERE team NOT IN ('', '-');
CREATE TEMP TABLE moves AS SELECT id, n, team FROM handings WHERE was IS NOT NULL AND was <> team;
CREATE TEMP TABLE counters AS SELECT i.id, coalesce(r.resolved, 0) AS reopened_log, coalesce(r.closed, 0) AS reopened_closed, coalesce(m.n, 0) AS reassigned_log, coalesce(i.reopens, r.n, 0) AS reopened, coalesce(i.reassigns, m.n, 0) AS reassigned
	FROM i LEFT JOIN reopenings r USING (id) LEFT JOIN (SELECT id, count(*) AS n FROM moves GROUP BY id) m USING (id);
SELECT 'reopened.cases', count(*) FROM counters WHERE reopened > 0;
SELECT 'reopened.events', sum(reopened) FROM counters;
SELECT 'reopened_log.cases', count(*) FROM counters WHERE reopened_log > 0;
SELECT 'reopened_log.events', sum(reopened_log) FROM counters;
SELECT 'reopened_closed.cases', count(*) FROM counters WHERE reopened_closed > 0;
SELECT 'reopened_closed.events', sum(reopened_closed) FROM counters;
SELECT 'reassigned.cases', count(*) FROM counters WHERE reassigned > 0;
SELECT 'reassigned.events', sum(reassigned) FROM counters;
SELECT 'reassigned_log.cases', count(*) FROM counters WHERE reassigned_log > 0;
SELECT 'reassigned_log.events', sum(reassigned_log) FROM counters;
SELECT 'ping_pong.events', count(*) FROM moves m WHERE EXISTS (SELECT 1 FROM handings h WHERE h.id = m.id AND h.team = m.team AND h.n < m.n);

-- Service level, by the wall clock: what passed while it was new or in progress, from
-- its opening as stated to its last resolution as stated. Before its first line, where
-- it was opened earlier, it counts as new.
CREATE TEMP TABLE stints AS
	SELECT id, n, at, category, over FROM states
	UNION ALL SELECT id, -1, opened, 'new', 0 FROM i WHERE opened < (SELECT min(at) FROM log WHERE log.id = i.id);
CREATE TEMP TABLE last_end AS
	SELECT id, max(n) AS n FROM (SELECT *, lag(over) OVER (PARTITION BY id ORDER BY n) AS was FROM stints) WHERE over AND coalesce(was, 0) = 0 GROUP BY id;
CREATE TEMP TABLE ends AS
	SELECT e.id, e.n, s.at, s.category,
		coalesce((SELECT min(o.at) FROM stints o WHERE o.id = e.id AND o.n < e.n AND o.n > coalesce((SELECT max(p.n) FROM stints p WHERE p.id = e.id AND p.over AND p.n < e.n), -9)), s.at) AS since,
		(SELECT min(o.at) FROM stints o WHERE o.id = e.id AND o.n > e.n AND NOT o.over) AS until
	FROM last_end e JOIN stints s ON s.id = e.id AND s.n = e.n;
CREATE TEMP TABLE stops AS
	SELECT ends.id, ends.n, ends.category, CASE
		WHEN ends.category <> 'cancelled' AND resolved BETWEEN since AND coalesce(until, resolved) THEN resolved
		WHEN ends.category <> 'resolved' AND i.closed BETWEEN since AND coalesce(until, i.closed) THEN i.closed
		ELSE ends.at END AS at
	FROM ends JOIN i USING (id);
CREATE TEMP TABLE moments AS
	SELECT s.id, s.n, s.category, max(coalesce(i.opened, 0), CASE WHEN e.n IS NULL THEN s.at WHEN s.n < e.n THEN min(s.at, e.at) WHEN s.n = e.n THEN e.at ELSE max(s.at, e.at) END) AS at
	FROM stints s JOIN i USING (id) LEFT JOIN stops e USING (id);
CREATE TEMP TABLE spent AS
	SELECT id, sum(CASE WHEN category IN ('new', 'active') THEN coalesce(next, :asof) - at ELSE 0 END) AS s
	FROM (SELECT *, lead(at) OVER (PARTITION BY id ORDER BY n) AS next FROM moments) GROUP BY id;
CREATE TEMP TABLE verdicts AS
	SELECT i.id, i.priority, CASE
		WHEN target IS NULL THEN CASE made WHEN 'true' THEN 'met' WHEN 'false' THEN 'breached' ELSE 'untargeted' END
		WHEN s > 3600 * target THEN 'breached'
		WHEN i.category = 'held' THEN 'paused'
		WHEN i.category IN ('new', 'active') THEN 'running'
		WHEN stops.category = 'cancelled' THEN 'cancelled'
		ELSE 'met' END AS verdict
	FROM (SELECT *, CASE WHEN service = 'gold' THEN 8 WHEN priority = 'P1' THEN 4 WHEN priority = 'P2' THEN 72 WHEN priority IN ('P3', 'P4') THEN 500 END AS target FROM i) AS i
	JOIN spent USING (id) LEFT JOIN stops USING (id);
SELECT 'sla.met', count(*) FROM verdicts WHERE verdict = 'met';
SELECT 'sla.breached', count(*) FROM verdicts WHERE verdict = 'breached';
SELECT 'sla.total', count(*) FROM verdicts WHERE verdict IN ('met', 'breached');
SELECT 'sla.running', count(*) FROM verdicts WHERE verdict = 'running';
SELECT 'sla.paused', count(*) FROM verdicts WHERE verdict = 'paused';
SELECT 'sla.cancelled', count(*) FROM verdicts WHERE verdict = 'cancelled';
SELECT 'sla.untargeted', count(*) FROM verdicts WHERE verdict = 'untargeted';
SELECT 'sla.met records', json_group_array('incident/' || id) FROM (SELECT id FROM verdicts WHERE verdict = 'met' ORDER BY id);
SELECT 'sla.total.by_priority', json_group_object(priority, n) FROM (SELECT priority, count(*) AS n FROM verdicts WHERE verdict IN ('met', 'breached') GROUP BY 1);
SELECT 'time_to_resolve.without_holds.mean', json_quote(avg(s / 3600.0)) FROM spent JOIN i USING (id) JOIN stops USING (id) WHERE resolved IS NOT NULL AND i.category IN ('resolved', 'closed', 'cancelled') HAVING count(*) > 0;
