"""Approves all work that awaits review, and pays a bonus for it."""

import boto3


def pay_bonuses(amount):
    mturk = boto3.client("mturk")
    for hit in mturk.list_hits()["HITs"]:
        submitted = mturk.list_assignments_for_hit(HITId=hit["HITId"], AssignmentStatuses=["Submitted"])
        for work in submitted["Assignments"]:
            mturk.approve_assignment(AssignmentId=work["AssignmentId"])
            mturk.send_bonus(
                WorkerId=work["WorkerId"],
                AssignmentId=work["AssignmentId"],
                BonusAmount=amount,
                Reason="Thank you",
            )
