"""What botocore's service models know: examples, checks of stubs and of recorded answers, the wire.

Imported for AWS contracts only, since it imports botocore (extra `aws`). Operations come in as OperationModel.
"""
