"""Professionals by the thousand, written by a few SQL statements on top of the demonstration content.

The rows are those the site would have written: attempts, then what follows from them. `make bench` checks it with
`manage.py check_progress` on the smallest size.
"""

import psycopg

# Organisations are those of the demonstration, whatever the number of people: what grows is what is measured.
PEOPLE = """
INSERT INTO accounts_user
    (public_id, email, first_name, last_name, job, password, is_active, is_staff, is_superuser, date_joined)
SELECT gen_random_uuid(), 'bench' || i || '@bench.example',
       (ARRAY['Claire', 'Éric', 'Zoé', 'Omar', 'Inès', 'Paul', 'Nora'])[1 + i %% 7],
       (ARRAY['Éclair', 'Lemoine', 'Zèbre', 'Martin', 'Costa', 'Denis', 'Hamon', 'Évrard', 'Bellet', 'Adam', 'Roux'])
           [1 + i %% 11] || ' ' || i,
       'cip', '!', true, false, false, now() - interval '400 days'
FROM generate_series(1, %(people)s) i;

CREATE TEMPORARY TABLE person AS
SELECT id, row_number() OVER (ORDER BY id) AS i FROM accounts_user WHERE email LIKE 'bench%%';
CREATE TEMPORARY TABLE place AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank, count(*) OVER () AS total FROM accounts_organisation;
ANALYZE person;

INSERT INTO accounts_membership (person_id, organisation_id, role, starts_on)
SELECT person.id, place.id, 'member', date '2025-01-01' + (i %% 300)::int
FROM person JOIN place ON place.rank = i %% place.total;
INSERT INTO accounts_membership (person_id, organisation_id, role, starts_on)
SELECT person.id, place.id, 'member', date '2025-06-01'
FROM person JOIN place ON place.rank = (i + 1) %% place.total AND place.total > 1
WHERE i %% 20 = 0;
ANALYZE accounts_membership;
"""

# The course with most steps is for everyone but one in ten; the others for some. Of those enrolled, three in ten
# finished, half are somewhere on the way, the rest have not begun. The learners the bench drives have not begun.
COURSES = """
CREATE TEMPORARY TABLE course AS
SELECT course_id AS id, id AS version_id, manifest, jsonb_array_length(manifest) AS steps,
       row_number() OVER (ORDER BY jsonb_array_length(manifest) DESC, course_id) - 1 AS rank
FROM (SELECT DISTINCT ON (course_id) * FROM courses_courseversion ORDER BY course_id, number DESC) latest;

CREATE TEMPORARY TABLE plan AS
SELECT person.id AS person_id, course.id AS course_id, course.version_id, course.manifest, course.steps,
       CASE WHEN course.rank = 0 AND person.id = ANY(%(learners)s) THEN 0
            WHEN chance < 30 THEN course.steps
            WHEN chance < 80 THEN 1 + chance %% greatest(course.steps - 1, 1)
            ELSE 0 END AS done
FROM person
CROSS JOIN course
CROSS JOIN LATERAL (SELECT ((person.i * 7919 + course.rank * 104729) %% 100)::int AS chance) draw
WHERE (course.rank = 0 AND (person.i %% 10 <> 0 OR person.id = ANY(%(learners)s)))
   OR (course.rank > 0 AND (person.i + course.rank) %% 3 = 0 AND NOT person.id = ANY(%(learners)s));
ANALYZE plan;

INSERT INTO courses_enrolment (public_id, person_id, course_id, cycle, version_id, organisation_at_start_id, source,
                               enrolled_at, closing_reason)
SELECT gen_random_uuid(), person_id, course_id, 1, version_id,
       (SELECT organisation_id FROM accounts_membership WHERE person_id = plan.person_id ORDER BY id LIMIT 1),
       'self', now() - interval '90 days', ''
FROM plan;
ANALYZE courses_enrolment;

CREATE TEMPORARY TABLE finished AS
SELECT enrolment.id AS enrolment_id, (step ->> 'step_key')::uuid AS step_key, step ->> 'kind' = 'quiz' AS is_scored,
       now() - interval '60 days' + make_interval(hours => at::int) AS submitted_at
FROM plan
JOIN courses_enrolment enrolment USING (person_id, course_id)
CROSS JOIN LATERAL jsonb_array_elements(plan.manifest) WITH ORDINALITY steps(step, at)
WHERE at <= plan.done;
CREATE INDEX ON finished (enrolment_id, step_key);
ANALYZE finished;

INSERT INTO courses_attempt (enrolment_id, step_key, idempotency_key, score, max_score, passed, submitted_at, snapshot)
SELECT enrolment_id, step_key, gen_random_uuid()::text, CASE WHEN is_scored THEN 8 END,
       CASE WHEN is_scored THEN 10 END, true, submitted_at, '{}'
FROM finished;
INSERT INTO courses_stepstate (enrolment_id, step_key, status, best_score, attempts_count, first_completed_at,
                               last_attempt_at)
SELECT enrolment_id, step_key, 'completed', CASE WHEN is_scored THEN 80 END, 1, submitted_at, submitted_at
FROM finished;

INSERT INTO courses_enrolmentstate (enrolment_id, required, done, percent, status, last_activity_at, completed_at)
SELECT enrolment.id, required, finished, finished * 100 / required,
       CASE WHEN finished = required THEN 'completed' WHEN plan.done > 0 THEN 'in_progress' ELSE 'not_started' END,
       last, CASE WHEN finished = required THEN last_required END
FROM plan
JOIN courses_enrolment enrolment USING (person_id, course_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE (step ->> 'is_required')::bool) AS required,
           count(*) FILTER (WHERE (step ->> 'is_required')::bool AND at <= plan.done) AS finished,
           max(submitted_at) AS last,
           max(submitted_at) FILTER (WHERE (step ->> 'is_required')::bool) AS last_required
    FROM jsonb_array_elements(plan.manifest) WITH ORDINALITY steps(step, at)
    LEFT JOIN finished ON finished.enrolment_id = enrolment.id AND finished.step_key = (step ->> 'step_key')::uuid
) counted;

INSERT INTO roadmap_evidence (person_id, theme_id, kind, source, recorded_at)
SELECT enrolment.person_id, link.theme_id, 'trained', 'enrolment:' || enrolment.id, state.completed_at
FROM courses_enrolment enrolment
JOIN courses_enrolmentstate state ON state.enrolment_id = enrolment.id AND state.status = 'completed'
JOIN roadmap_themelink link ON link.page_id = enrolment.course_id
ON CONFLICT DO NOTHING;

INSERT INTO core_stamp (name, number) VALUES ('training:0', 1) ON CONFLICT (name) DO UPDATE SET number = 1;
"""


def learners_among(people: int, number: int) -> list[int]:
    """Ranks of the professionals the bench signs in, spread over all of them."""
    return [1 + at * people // number for at in range(number)]


def seed(connection: psycopg.Connection[tuple[object, ...]], *, people: int, learners: int) -> None:
    """Write `people` professionals; `learners` of them follow the longest course and have not begun it."""
    with connection.transaction():
        # Neither foreign keys nor stamps are checked row by row: the statements are right by construction.
        connection.execute("SET LOCAL session_replication_role = replica")
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(PEOPLE, {"people": people})
        chosen = connection.execute(
            "SELECT id FROM person WHERE i = ANY(%s)", [learners_among(people, learners)]
        ).fetchall()
        cursor.execute(COURSES, {"learners": [row[0] for row in chosen]})
        connection.execute("DROP TABLE person, place, course, plan, finished")
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
