-- Many athletes with long histories, for `pages.py`. Statements end with a semicolon at the end of a line.
CREATE TEMP TABLE p AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :n)
    SELECT i, printf('a%020d', i) AS id FROM n;
CREATE TEMP TABLE w AS WITH RECURSIVE n(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM n WHERE j + 1 < 5 * :weeks)
    SELECT j FROM n;
INSERT INTO athlete (id, name, revision, created_ms, profile, sought)
    SELECT id, 'Runner ' || i, 0, :first, replace(:profile, '@', id), 'runner ' || i FROM p;
INSERT INTO connection (athlete_id, platform, external_id, state, scope, created_ms)
    SELECT id, 'generic', 'x-' || i, CASE WHEN i % 50 = 0 THEN 'expired' ELSE 'connected' END, '', :first FROM p;
INSERT INTO address (id, athlete_id, channel, address, blind, consent_how, consent_ms, verified_ms, purposes)
    SELECT i + 1, id, 'console', seal_text('bench', 'address.address', id, i + 1), :blind, 'bench', :first, :first,
        '["load","pain"]'
    FROM p;
INSERT INTO state (athlete_id, stamp, blob, updated_ms) SELECT id, :stamp, :state, :now FROM p;
INSERT INTO glance (athlete_id, name, folded, last_ms, last_sport, last_platform)
    SELECT id, 'Runner ' || i, 'runner ' || i, CASE WHEN i % 7 = 0 THEN :first ELSE :now - 86400000 END, 'run', 'generic'
    FROM p;
INSERT INTO activity (athlete_id, key, platform, start_ms, end_ms, sport, running, version, removed, elapsed_s, moving_s,
        distance_m, climb_m, avg_hr, blob, same_as)
    SELECT id, printf('generic:w-%06d-%05d', i, j), 'generic', :first + j * :week / 5, :first + j * :week / 5 + 3600000,
        'run', 1, 1, 0, 3600, 3500, 10000, 80, 145, :workout, NULL
    FROM p CROSS JOIN w;
INSERT INTO finding (athlete_id, activity, rule, band, severity, at_ms, facts)
    SELECT id, printf('generic:w-%06d-%05d', i, 5 * j), 'L01', 1, 2, :first + j * :week,
        json_extract(:facts, '$.L01')
    FROM p CROSS JOIN w WHERE j < :weeks;
INSERT INTO nudge (athlete_id, id, severity, rules, bands, text, facts, activity, address_id, channel, voice, made_ms,
        not_before_ms, expires_ms, state, attempts, sent_ms)
    SELECT id, printf('n-%06d-%05d', i, j), 2, '["L01"]', '[1]',
        seal_text('This run was 42% longer than your longest of the last 30 days. Keep the next two short and easy.',
            'nudge.text', id, printf('n-%06d-%05d', i, j)), :facts,
        printf('generic:w-%06d-%05d', i, 5 * j), i + 1, 'console', 'print', :first + j * :week, :first + j * :week,
        :first + j * :week + 43200000, CASE WHEN i % 997 = 0 THEN 'failed' ELSE 'delivered' END, 1, :first + j * :week
    FROM p CROSS JOIN w WHERE j < :weeks;
INSERT INTO held (athlete_id, id, rules, severity, reason, at_ms, activity, facts)
    SELECT id, printf('%011x%012d', :first + j * :week + i * 50021, j), '["R02"]', 2,
        CASE j % 3 WHEN 0 THEN 'over_budget' WHEN 1 THEN 'said_already' ELSE 'digest' END,
        :first + j * :week + i * 50021,
        printf('generic:w-%06d-%05d', i, 5 * j), '{}'
    FROM p CROSS JOIN w WHERE j < :weeks;
INSERT INTO inbox (platform, key, lane, envelope, body, received_ms, state, attempts, delays, not_before_ms, note,
        settled_ms)
    SELECT 'generic', i || '-' || j, 'generic:x-' || i, seal_bytes(:envelope, 'inbox.envelope', 'generic', i || '-' || j),
        seal_bytes(zeroblob(500), 'inbox.body', 'generic', i || '-' || j), :now - j * 86400000,
        CASE WHEN j = 0 AND i % 100 = 0 THEN 'dead' ELSE 'done' END, 1, 0, 0, '', :now
    FROM p CROSS JOIN w WHERE j < 20;
INSERT INTO audit (at_ms, actor, action, object, detail)
    SELECT :first, 'key:1a2b3c4d', 'athlete.create', 'athlete:' || id, '' FROM p;
