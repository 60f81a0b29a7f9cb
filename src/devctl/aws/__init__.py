"""One module an AWS service. Each function takes a `boto3.Session` first and returns frozen dataclasses.

Errors are those of `devctl.errors`, `service` being botocore's name for it ("s3", "iam", "ce").
"""
