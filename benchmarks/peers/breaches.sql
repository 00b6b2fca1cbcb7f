CREATE TEMP TABLE judged AS
WITH steps AS (
    SELECT case_id, row, plan_issued AS start, false AS recorded FROM cases WHERE plan_issued IS NOT NULL
    UNION ALL
    SELECT case_id, row, previous_review_decided, false FROM cases WHERE previous_review_decided IS NOT NULL
    UNION ALL
    SELECT case_id, row, review_decided, true FROM cases WHERE review_decided IS NOT NULL
),
starts AS (
    SELECT case_id, start, min(row) AS row, bool_or(recorded) AS recorded FROM steps GROUP BY case_id, start
),
links AS (
    SELECT case_id, row, start,
        lead(start) OVER following AS answer,
        lead(recorded) OVER following AS recorded,
        CAST(start + INTERVAL 12 MONTH AS DATE) AS anniversary
    FROM starts
    WINDOW following AS (PARTITION BY case_id ORDER BY start)
),
years AS (
    SELECT case_id, row, answer, recorded,
        CASE WHEN day(anniversary) = day(start) THEN anniversary - 1 ELSE anniversary END AS due
    FROM links
),
clocks AS (
    SELECT row, 1 AS place, 'assess.decide' AS deadline, request_received + 42 AS due,
        least(assess_agreed, assess_refused) AS answer, withdrawn AS ended,
        draft_sent IS NOT NULL OR no_plan_notified IS NOT NULL OR plan_issued IS NOT NULL AS implied,
        false AS excused
    FROM cases WHERE request_received IS NOT NULL
    UNION ALL
    SELECT row, 2, 'assess.no_plan', request_received + 112, no_plan_notified,
        least(assess_refused, order_made, withdrawn), false, false
    FROM cases WHERE request_received IS NOT NULL AND no_plan_notified IS NOT NULL
    UNION ALL
    SELECT row, 4, 'plan.issue', request_received + 140, plan_issued,
        least(assess_refused, order_made, withdrawn, no_plan_notified), false,
        coalesce(exception_recorded = 'yes', false)
    FROM cases WHERE request_received IS NOT NULL
    UNION ALL
    SELECT row, 5, 'review.annual', due, answer, plan_ceased, false, false
    FROM years LEFT JOIN (SELECT case_id, plan_ceased FROM cases WHERE plan_ceased IS NOT NULL) USING (case_id)
    WHERE NOT coalesce(NOT recorded AND answer > CAST(due + INTERVAL 12 MONTH AS DATE), false)
    UNION ALL
    SELECT row, 6, 'review.decide', review_meeting + 28, review_decided, plan_ceased,
        amendment_notice_sent IS NOT NULL OR amended_plan_issued IS NOT NULL OR cease_notified IS NOT NULL
            OR coalesce(transfer_plan_issued >= review_meeting, false),
        false
    FROM cases WHERE review_meeting IS NOT NULL
    UNION ALL
    SELECT row, 7, 'review.amendments', review_meeting + 28, amendment_notice_sent, plan_ceased,
        amended_plan_issued IS NOT NULL OR coalesce(transfer_plan_issued >= review_meeting, false), false
    FROM cases
    WHERE review_meeting IS NOT NULL AND (review_outcome = 'amend' OR amendment_notice_sent IS NOT NULL)
    UNION ALL
    SELECT row, 8, 'review.final', review_meeting + 84, amended_plan_issued, plan_ceased,
        coalesce(transfer_plan_issued >= review_meeting, false), false
    FROM cases
    WHERE review_meeting IS NOT NULL AND (review_outcome = 'amend' OR amendment_notice_sent IS NOT NULL)
    UNION ALL
    SELECT row, 10, 'amend.final', amendment_notice_sent + 56, amended_plan_issued, plan_ceased,
        coalesce(transfer_plan_issued >= amendment_notice_sent, false), false
    FROM cases WHERE amendment_notice_sent IS NOT NULL
    UNION ALL
    SELECT row,
        CASE transfer_kind WHEN 'primary_secondary' THEN 12 WHEN 'secondary_post16' THEN 13 ELSE 14 END,
        CASE transfer_kind WHEN 'primary_secondary' THEN 'phase.school'
            WHEN 'secondary_post16' THEN 'phase.post16' ELSE 'phase.between_post16' END,
        CASE transfer_kind WHEN 'primary_secondary' THEN make_date(year(transfer_date), 2, 14)
            WHEN 'secondary_post16' THEN make_date(year(transfer_date), 3, 30)
            ELSE CAST(transfer_date - INTERVAL 5 MONTH AS DATE) END,
        least(transfer_plan_issued,
            CASE WHEN amended_plan_issued >= CAST(transfer_date - INTERVAL 12 MONTH AS DATE)
                THEN amended_plan_issued END),
        plan_ceased, false, false
    FROM cases WHERE transfer_date IS NOT NULL
    UNION ALL
    SELECT row, 15, 'order.assess.notify', order_made + 14, assess_agreed, withdrawn,
        draft_sent IS NOT NULL OR no_plan_notified IS NOT NULL OR plan_issued IS NOT NULL, false
    FROM cases WHERE order_made IS NOT NULL AND order_kind = 'assess'
    UNION ALL
    SELECT row, 16, 'order.assess.no_plan', order_made + 70, no_plan_notified, withdrawn, false, false
    FROM cases WHERE order_made IS NOT NULL AND order_kind = 'assess' AND no_plan_notified IS NOT NULL
    UNION ALL
    SELECT row, 17, 'order.assess.issue', order_made + 98, plan_issued, least(no_plan_notified, withdrawn),
        false, false
    FROM cases WHERE order_made IS NOT NULL AND order_kind = 'assess'
),
limits AS (
    SELECT row, place, deadline, due, excused, implied,
        CASE WHEN ended < answer THEN NULL ELSE answer END AS answer,
        CASE WHEN answer <= ended THEN NULL ELSE ended END AS ended
    FROM clocks
)
SELECT row, place, deadline, $today - due AS days,
    CASE
        WHEN excused THEN NULL
        WHEN answer IS NOT NULL THEN CASE WHEN answer > due THEN 'late' END
        WHEN implied THEN NULL
        WHEN ended IS NOT NULL THEN CASE WHEN ended > due THEN 'late' END
        WHEN due < $today THEN 'overdue'
    END AS verdict
FROM limits
UNION ALL
SELECT row, 3, 'plan.window', NULL, 'early' FROM cases WHERE plan_issued < draft_sent + 15
UNION ALL
SELECT row, 9, 'amend.window', NULL, 'early' FROM cases WHERE amended_plan_issued < amendment_notice_sent + 15
UNION ALL
SELECT row, 11, 'cease.keep', NULL, 'early' FROM cases
WHERE plan_ceased < may_cease_from(cease_notified)
