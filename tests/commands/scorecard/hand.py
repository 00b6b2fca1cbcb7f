"""Some 60 cases with what a person counted in them, for the calendar year 2024 as at its last day.

Every count is the list of cases behind it, so that a wrong one can be looked up in `sixty_cases.csv`.
"""

from datetime import date

AS_AT = date(2024, 12, 31)

COUNTS: dict[str, str] = {
    # requests received in 2024; the first decision counts, whatever followed
    "requests_received_in_year": (
        "R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R12 R14 P10 P15 P17 P18 N01 N02 O01 O02 O03 O05"
    ),
    "requests_from_parents": "R02 R03 R06 R07 R08 R10 R14 P15 O01 O02",  # P15 by the young person
    "requests_decided_to_assess": "R01 R02 R12 P10 P15 P17 P18 N01 N02 O01 O02 O03 O05",
    "requests_decided_not_to_assess": "R03 R04",
    "requests_decision_not_made": "R05 R06 R07 R14",
    "requests_withdrawn": "R08 R09 R10",
    # R12 was decided on a day that is not recorded; R05, R06, R08 and R10 did not wait six weeks
    "request_outcome_six_weeks": "R01 R03 P10 P15 P17 P18 N01 N02 O01 O02 O03 O05",
    "request_outcome_over_6_weeks": "R02 R04 R07 R09 R14",
    # decisions made in 2024, of whichever request
    "decisions": "R01 R02 R03 R04 R11 P10 P15 P17 P18 N01 N02 O01 O02 O03 O04 O05",
    "decisions_within_6_weeks": "R01 R03 R11 P10 P15 P17 P18 N01 N02 O01 O02 O03 O04 O05",
    "agreements": "R01 R02 R11 P10 P15 P17 P18 N01 N02 O01 O02 O03 O04 O05",
    "refusals": "R03 R04",
    # plans issued in 2024: P08 has no request, P10 a request after the plan, P09 was transferred in
    "assess_issued": "R12 P01 P02 P03 P04 P05 P06 P07 P08 P10 P11 P12 P13 P14 P15 P18",
    "plans_issued_den": "R12 P01 P02 P03 P04 P05 P06 P07 P11 P12 P13 P14 P15 P18",
    "plans_issued_den_ex": "R12 P01 P02 P05 P06 P13 P14 P15 P18",
    "plans_issued_within_20_weeks": "R12 P01 P03 P15 P18",
    "plans_issued_20_weeks_ex": "R12 P01 P15 P18",
    "plans_issued_gt20weeks_ltyear": "P02 P04 P05 P11 P12 P13 P14",
    "plans_issued_gt20weeks_ltyear_ex": "P02 P05 P13 P14",
    "plans_issued_gt_1_year": "P06 P07",
    "plans_issued_gt_1_year_ex": "P06",
    # P11 took 186 days, P05 365, P06 366, P07 733
    "plans_issued_over_180_days": "P04 P05 P06 P07 P11 P12 P13 P14",
    "plans_issued_over_365_days": "P06 P07",
    "plans_issued_over_730_days": "P07",
    # notices of no plan in 2024: N03 has no request
    "assess_not_issued": "R01 R02 N01 N02 N03",
    "outcome_decision_within_time": "R01 N01",
    "outcome_decision_over_time": "R02 N02",
    # open on the last day
    "open_assessments": "R05 R06 R07 R14 P17 O01 O02 O03 O04 O05",
    "open_no_decision": "R05 R06 R07 R14",
    "open_agreed_no_draft": "O01 O02 O05",
    "open_draft_not_final": "P17 O03 O04",
    "open_within_20_weeks": "R05 R06 R07 R14 P17 O01",
    "open_20_to_52_weeks": "O02 O05",
    "open_over_52_weeks": "O03 O04",  # 52 whole weeks are 364 days
    "open_over_180_days": "O03 O04 O05",
    "open_over_365_days": "O04",  # O03 has waited 365
    "open_over_730_days": "",
    "open_over_20_weeks": "O02 O03 O04 O05",
    "plans_overdue": "O02 O03 O04",  # O05 has a recorded exception
    # O02 is one day late, O03 and O04 seven months
    "plans_overdue_over_1_months": "O03 O04",
    "plans_overdue_over_3_months": "O03 O04",
    "plans_overdue_over_6_months": "O03 O04",
    "plans_overdue_over_12_months": "",
    "plans_overdue_psychology_in": "O03",
    "plans_overdue_psychology_awaited": "O02",
    "plans_overdue_psychology_not_asked": "O04",
    # psychological advice that came in, and what was late on the last day
    "advice_psychology_supplied": "R01 R02 O03 O05",
    "advice_psychology_overdue": "O02",
    # reviews
    "reviews_due": "V01 V02 V03 V05 V06 V07 V10 V12 V13 P16",
    "reviews_done_in_time": "V01 V05 V06 V12 V13",
    "reviews_done": "V01 V02 V05 V06 V12 V13",
    "outcome_amended": "V05 V06 V13",
    "outcome_ceased": "V12",
    "outcome_maintained": "V01 V02",
    "decision_4_weeks": "V01 V05 V12 V13",
    "decision_over_4_weeks": "V02 V06",
    "amended_plans": "V05 V06",
    "amendments_overdue": "V13",
    # V12 was ceased, P17's plan came in 2025
    "plans_maintained": (
        "R12 P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12 P13 P14 P15 P16 P18 "
        "V01 V02 V03 V04 V05 V06 V07 V08 V09 V10 V11 V13 "
        "T01 T02 T03 T04 T05 L01 L02 L03 L04 L05 L06 C01 C02 C03"
    ),
    "reviews_overdue": "P16 V03 V07 V10 V11",
    "reviews_waiting": "V07 V08 V09 V10 V11",
    "reviews_waiting_over_6_months": "V07 V08 V10 V11",
    "reviews_waiting_over_12_months": "V10 V11",
    "reviews_waiting_over_24_months": "V11",
    # transfers of 2024; T05 transfers in 2025
    "transfers_due": "T01 T02 T03 T04",
    "transfers_in_time": "T01 T04",
    "transfers_primary_secondary": "T01 T02 T03",
    "transfers_primary_secondary_in_time": "T01",
    "transfers_secondary_post16": "T04",
    "transfers_secondary_post16_in_time": "T04",
    "transfers_infant_junior": "",
    # appeals and orders; P14 was of 2023, L05's order came in 2025
    "orders_due": "L01 L06",
    "orders_in_time": "L01",
    "orders_overdue": "",
    "appeals_lodged": "L01 L02 L03 L04 L05 L06",
    "appeals_open": "L03 L05",
    # with a dated end or without; P14 was lodged in 2023
    "appeals_conceded": "L02",
    "appeals_family": "P14 L01 L05 L06",
    "appeals_authority": "",
    "appeals_withdrawn": "L04",
    "appeals_closed": "L01 L02 L06",
    "appeals_closed_conceded": "L02",
    "appeals_closed_family": "L01 L06",
    "appeals_closed_authority": "",
    "appeals_closed_withdrawn": "",
    "appeals_closed_undated": "L04",
    "appeals_closed_undated_withdrawn": "L04",
    # letters and complaints
    "contacts_received": "C01 C02 C03",
    "contacts_outstanding": "C03",
    "complaints_received": "C02 C03",
    "complaints_outstanding": "C03",
}

NUMBERS: dict[str, float | None] = {
    "request_assess_pc": 59.1,  # 13 of 22
    "request_not_assess_pc": 9.1,  # 2 of 22
    "request_outstanding_pc": 18.2,  # 4 of 22
    "request_withdrawn_pc": 13.6,  # 3 of 22
    "request_outcome_six_weeks_pc": 70.6,  # 12 of 17: 12 in time, 5 over
    "request_outcome_over_6_weeks_pc": 29.4,  # 5 of 17
    "pc_decisions_within_6_weeks": 87.5,  # 14 of 16
    "pc_requests_from_parents": 47.6,  # 10 of 21: R12 does not say
    "pc_agreements": 87.5,  # 14 of 16
    "pc_refusals": 12.5,  # 2 of 16
    "longest_weeks_issue_plan": 104,  # P07: 733 days
    "p90_weeks_issue_plan": 52.3,  # the 13th of 14: 366 days
    "pc_plans_issued_within_20_weeks": 35.7,  # 5 of 14
    "pc_plans_issued_20_weeks_ex": 44.4,  # 4 of 9
    "pc_plans_issued_gt20weeks_ltyear": 50.0,  # 7 of 14
    "pc_plans_issued_gt20weeks_ltyear_ex": 44.4,  # 4 of 9
    "pc_plans_issued_gt_1_year": 14.3,  # 2 of 14
    "pc_plans_issued_gt_1_year_ex": 11.1,  # 1 of 9
    "avg_weeks_issue_plan": 36.3,  # 3,555 days over 14 plans: 36.28
    "avg_weeks_issue_plan_exc": 32.2,  # 2,026 days over 9 plans: 32.16
    "median_weeks_issue_plan": 27.3,  # between day 186 and day 196: 191 days
    "median_weeks_issue_plan_exc": 20.1,  # day 141
    "pc_plans_excepted": 35.7,  # 5 of 14: P03 P04 P07 P11 P12
    # by law P08 counts from becoming responsible, P14's clock ended with the order, P10's plan answers
    # nothing; in time: R12 P01 P03 P08 P09 P15 P18; late: P02 P04 P05 P06 P07 P11 P12 P13
    "pc_plans_in_time_strict": 46.7,  # 7 of 15
    "pc_plans_in_time_claimed": 63.6,  # 7 of 11: P04 P07 P11 P12 left out
    "pc_plans_in_time_evidenced": 53.8,  # 7 of 13: P11 P12 left out, whose dates prove it
    "outcome_decision_within_time_pc": 50.0,  # 2 of 4
    "outcome_decision_over_time_pc": 50.0,
    "oldest_open_weeks": 52,  # O04: 366 days
    "mean_weeks_open_over_20": 38.3,  # 141 + 200 + 365 + 366 = 1,072 days over 4
    "open_assessments_per_caseworker": 2.0,  # O01 O02 with One, O03 O04 with Two
    "pc_advice_psychology_6_weeks": 50.0,  # R01 and O05 on day 42; R02 on day 43, O03 on day 203
    "pc_reviews_in_12_months": 50.0,  # 5 of 10
    "pc_decision_4_weeks": 66.7,  # 4 of 6
    "pc_amended_12_weeks": 50.0,  # V05 on day 84, V06 on day 85
    "pc_reviews_overdue": 11.4,  # 5 of 44
    "plans_maintained_per_caseworker": None,  # none of these rows names one
    "pc_transfers_in_time": 50.0,  # 2 of 4
    "pc_transfers_primary_secondary_in_time": 33.3,  # 1 of 3
    "pc_transfers_secondary_post16_in_time": 100.0,  # 1 of 1
    "pc_transfers_infant_junior_in_time": None,
    "pc_orders_in_time": 50.0,  # L01 on its last day, L06 a day late
    "pc_contacts_answered_in_time": 33.3,  # C01 on the fifth working day, C02 on the sixth, C03 never
    "requests_per_10000_children": 22.0,  # 22 for 10,000 people
    "requests_agreed_per_10000_children": 13.0,
    "plans_issued_per_10000_children": 16.0,
    "plans_maintained_per_10000_children": 44.0,
    "requests_per_10000": 10.0,  # 22 for 22,000 people
    "assessments_per_10000": 7.3,  # 16 decisions to assess in 2024, R04's late one and N03's among them
    "plans_issued_per_10000": 7.3,  # 16
    "plans_maintained_per_10000": 20.0,  # 44
}
