"""A client that names Amazon's endpoint. It reaches the market all the same."""

import boto3

mturk = boto3.client("mturk", endpoint_url="https://mturk-requester-sandbox.us-east-1.amazonaws.com")
print("you have", mturk.get_account_balance()["AvailableBalance"])
