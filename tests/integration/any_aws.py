"""A program that uses boto3 in every way it offers, with its contracts: promised, recorded from moto, replayed."""

from __future__ import annotations

REGISTRY = """
consumer: till
contracts:
  aws:
    s3:
      [list_objects_v2, list_objects, put_object, get_object, head_bucket, get_bucket_tagging, create_multipart_upload]
    ssm: [get_parameters_by_path]
    dynamodb: [put_item, query, describe_table, list_tables]
    iam: [get_user]
    ec2: [describe_instances]
    lambda: [get_function]
    cloudformation: [describe_stacks]
    sqs: [get_queue_url]
"""

CONTRACTS = r"""
s3.list_objects_v2:
  scenarios:
    ok:
      given: a bucket with three objects
      params: {Bucket: till}
      reads: ['Contents[].Key']
    two_pages:                                      # ContinuationToken
      given: a bucket with three objects
      sequence:
        - params: {Bucket: till, MaxKeys: 2}
          response: {IsTruncated: true, NextContinuationToken: token-2, Contents: [{Key: a.txt}]}
        - params: {Bucket: till, MaxKeys: 2, ContinuationToken: {$regex: '.+', like: token-2}}
          response: {IsTruncated: false, Contents: [{Key: c.txt}]}

s3.list_objects:                                    # boto3.resource("s3").Bucket("till").objects.all()
  given: a bucket with three objects
  params: {Bucket: till}
  reads: ['Contents[].Key', 'Contents[].Size']

ssm.get_parameters_by_path:                         # NextToken
  given: three parameters
  sequence:
    - params: {Path: /till, MaxResults: 2}
      response: {NextToken: '2', Parameters: [{Name: /till/a}]}
    - params: {Path: /till, MaxResults: 2, NextToken: {$regex: '.+', like: '2'}}
      response: {NextToken: null, Parameters: [{Name: /till/c}]}

dynamodb.list_tables:                               # the last key of a page is the next one's start
  given: two tables
  sequence:
    - params: {Limit: 1}
      response: {LastEvaluatedTableName: lamps, TableNames: [lamps]}
    - params: {Limit: 1, ExclusiveStartTableName: {$regex: '.+', like: lamps}}
      response: {LastEvaluatedTableName: null, TableNames: [orders]}

s3.put_object:
  scenarios:
    ok:
      given: an empty bucket
      params: {Bucket: till, Key: note.txt, Body: two lamps}
      reads: [ETag]
    binary:
      given: an empty bucket
      params: {Bucket: till, Key: lamp.png, Body: {$binary: image/png, like: iVBORw0KGgo=}, ContentType: image/png}
    upload_file:
      given: an empty bucket
      params: {Bucket: till, Key: note.txt, Body: two lamps}
    no_bucket:
      given: no such bucket
      params: {Bucket: nowhere, Key: note.txt, Body: two lamps}
      error: {code: NoSuchBucket, status: 404}

s3.get_object:
  scenarios:
    ok:
      given: a bucket with three objects
      params: {Bucket: till, Key: a.txt}
      response: {Body: "one\ntwo\n", ContentType: text/plain}
    range:
      given: a bucket with three objects
      params: {Bucket: till, Key: a.txt, Range: bytes=0-2}
      response: {Body: {$regex: '[a-z]{3}', like: one}, ContentRange: bytes 0-2/8}
    download_file:
      given: a bucket with three objects
      sequence:
        - {operation: head_object, params: {Bucket: till, Key: a.txt}, response: {ContentLength: 8}}
        - params: {Bucket: till, Key: a.txt}
          response: {Body: "one\ntwo\n"}

s3.create_multipart_upload:                         # upload_file of more than the threshold
  given: an empty bucket
  sequence:
    - params: {Bucket: till, Key: big.bin}
    - operation: upload_part
      repeatable: true                              # as often as the size demands, in any order
    - operation: complete_multipart_upload

s3.head_bucket:                                     # a waiter: asks until it is there
  scenarios:
    ok:
      given: a bucket that is made while the program waits
      sequence:
        - {params: {Bucket: late}, error: {code: '404', status: 404}, repeatable: true}
        - {params: {Bucket: late}}
    never:
      params: {Bucket: never}
      error: {code: '404', status: 404}
      repeatable: true

s3.get_bucket_tagging:
  given: an empty bucket
  params: {Bucket: till}
  error: {code: NoSuchTagSet, status: 404}

dynamodb.put_item:                                  # boto3.resource("dynamodb").Table("orders").put_item(...)
  given: a table of orders
  params: {TableName: orders, Item: {id: {S: o-1}, lamps: {N: '2'}, paid: {BOOL: true}}}

dynamodb.query:
  given: an order
  params:
    TableName: orders
    KeyConditionExpression: '#n0 = :v0'
    ExpressionAttributeNames: {'#n0': id}
    ExpressionAttributeValues: {':v0': {S: o-1}}
  response: {Items: [{id: {S: o-1}, lamps: {N: '2'}}]}

dynamodb.describe_table:
  params: {TableName: nowhere}
  error: {code: ResourceNotFoundException, status: 400}

iam.get_user:
  params: {UserName: nobody}
  error: {code: NoSuchEntity, status: 404}

ec2.describe_instances:
  params: {InstanceIds: [i-0123456789abcdef0]}
  error: {code: InvalidInstanceID.NotFound, status: 400}

lambda.get_function:
  params: {FunctionName: nowhere}
  error: {code: ResourceNotFoundException, status: 404}

sqs.get_queue_url:
  params: {QueueName: nowhere}
  error: {code: QueueDoesNotExist, status: 400}

cloudformation.describe_stacks:                     # a waiter that ends in an error state
  params: {StackName: nowhere}
  error: {code: ValidationError, status: 400}
"""

PROGRAM = """
import io

import boto3
from boto3.dynamodb.conditions import Key
from boto3.s3.transfer import TransferConfig

MEGABYTE = 1024 * 1024
s3 = boto3.client("s3", region_name="us-east-1")     # made at import time


def keys(**paging):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="till", PaginationConfig=paging)
    return [one["Key"] for page in pages for one in page["Contents"]]


def parameters():
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path")
    found = pages.paginate(Path="/till", PaginationConfig={"PageSize": 2})
    return [one["Name"] for page in found for one in page["Parameters"]]


def tables():
    pages = boto3.client("dynamodb").get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})
    return [name for page in pages for name in page["TableNames"]]


def sizes():
    return {one.key: one.size for one in boto3.resource("s3").Bucket("till").objects.all()}


def upload_big(size=5 * MEGABYTE + 64):
    config = TransferConfig(multipart_threshold=5 * MEGABYTE, multipart_chunksize=5 * MEGABYTE, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(b"0123456789abcdef" * (size // 16)), "till", "big.bin", Config=config)


def orders():
    return boto3.resource("dynamodb").Table("orders")


def order(order_id):
    [found] = orders().query(KeyConditionExpression=Key("id").eq(order_id))["Items"]
    return found
"""

CONFTEST = """
import threading
import time

import boto3

from pactproof import state


@state("no such bucket")
def no_such_bucket(sandbox):
    yield {}


@state("an empty bucket")
def an_empty_bucket(sandbox):
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="till")
    yield {}
    for one in s3.list_objects_v2(Bucket="till").get("Contents", []):
        s3.delete_object(Bucket="till", Key=one["Key"])
    s3.delete_bucket(Bucket="till")


@state("a bucket with three objects")
def a_bucket(sandbox):
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="till")
    for key in ("a.txt", "b.txt", "c.txt"):
        s3.put_object(Bucket="till", Key=key, Body=b"one\\ntwo\\n", ContentType="text/plain")
    yield {}
    for key in ("a.txt", "b.txt", "c.txt"):
        s3.delete_object(Bucket="till", Key=key)
    s3.delete_bucket(Bucket="till")


@state("three parameters")
def parameters(sandbox):
    ssm = sandbox.client("ssm")
    for name in "abc":
        ssm.put_parameter(Name=f"/till/{name}", Value=name, Type="String", Overwrite=True)
    yield {}


@state("a bucket that is made while the program waits")
def a_late_bucket(sandbox):
    s3 = sandbox.client("s3")
    timer = threading.Timer(0.3, lambda: s3.create_bucket(Bucket="late"))
    timer.start()
    yield {}
    timer.join()
    s3.delete_bucket(Bucket="late")


def _table(sandbox, name="orders"):
    dynamodb = sandbox.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return dynamodb


@state("a table of orders")
def a_table(sandbox):
    dynamodb = _table(sandbox)
    yield {}
    dynamodb.delete_table(TableName="orders")


@state("two tables")
def two_tables(sandbox):
    dynamodb = [_table(sandbox, name) for name in ("lamps", "orders")][0]
    yield {}
    for name in ("lamps", "orders"):
        dynamodb.delete_table(TableName=name)


@state("an order")
def an_order(sandbox):
    dynamodb = _table(sandbox)
    item = {"id": {"S": "o-1"}, "lamps": {"N": "2"}, "paid": {"BOOL": True}}
    dynamodb.put_item(TableName="orders", Item=item)
    yield {}
    dynamodb.delete_table(TableName="orders")
"""

TESTS = """
import hashlib
import io
import os
import time
from decimal import Decimal

import boto3
import pytest
import shop
from botocore.exceptions import ClientError, WaiterError
from pactproof import contract


@contract("aws.s3.list_objects_v2")
def test_keys(provider):
    assert shop.keys()


@contract("aws.s3.list_objects_v2", scenario="two_pages")
def test_two_pages(provider):
    assert shop.keys(PageSize=2)[-1] == "c.txt"


@contract("aws.ssm.get_parameters_by_path")
def test_parameters(provider):
    assert shop.parameters()[-1] == "/till/c"


@contract("aws.dynamodb.list_tables")
def test_tables(provider):
    assert shop.tables() == ["lamps", "orders"]


@contract("aws.s3.list_objects")
def test_resource(provider):
    assert all(size > 0 for size in shop.sizes().values())


@contract("aws.s3.put_object")
def test_put_object(provider):
    assert shop.s3.put_object(Bucket="till", Key="note.txt", Body=b"two lamps")["ETag"]


@contract("aws.s3.put_object", scenario="binary")
def test_put_binary(provider):
    body = io.BytesIO(b"padding" + bytes([137, 80, 78, 71, 13, 10, 26, 10]))
    body.seek(7)
    shop.s3.put_object(Bucket="till", Key="lamp.png", Body=body, ContentType="image/png")


@contract("aws.s3.put_object", scenario="upload_file")
def test_upload_file(provider, tmp_path):
    (tmp_path / "note.txt").write_text("two lamps")
    seen = []
    shop.s3.upload_file(str(tmp_path / "note.txt"), "till", "note.txt", Callback=seen.append)
    assert sum(seen) == 9


@contract("aws.s3.put_object", scenario="no_bucket")
def test_no_bucket(provider):
    with pytest.raises(shop.s3.exceptions.NoSuchBucket):
        shop.s3.put_object(Bucket="nowhere", Key="note.txt", Body="two lamps")


@contract("aws.s3.get_object")
def test_get_object(provider):
    answer = shop.s3.get_object(Bucket="till", Key="a.txt")
    assert list(answer["Body"].iter_lines()) == [b"one", b"two"]
    assert answer["ContentLength"] == 8
    assert answer["ETag"] == '"' + hashlib.md5(b"one\\ntwo\\n").hexdigest() + '"'


@contract("aws.s3.get_object", scenario="range")
def test_range(provider):
    assert shop.s3.get_object(Bucket="till", Key="a.txt", Range="bytes=0-2")["Body"].read() == b"one"


@contract("aws.s3.get_object", scenario="download_file")
def test_download_file(provider, tmp_path):
    shop.s3.download_file("till", "a.txt", str(tmp_path / "a.txt"))
    assert (tmp_path / "a.txt").read_text() == "one\\ntwo\\n"


@contract("aws.s3.create_multipart_upload")
def test_multipart(provider):
    shop.upload_big()


@contract("aws.s3.head_bucket")
def test_waiter(provider):
    # A waiter's own pace where something is waited for; nobody waits for what is promised or recorded.
    delay = 0.1 if "AWS_ENDPOINT_URL" in os.environ else 30
    before = time.monotonic()
    shop.s3.get_waiter("bucket_exists").wait(Bucket="late", WaiterConfig={"Delay": delay, "MaxAttempts": 20})
    assert time.monotonic() - before < 10


@contract("aws.s3.head_bucket", scenario="never")
def test_waiter_gives_up(provider):
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        shop.s3.get_waiter("bucket_exists").wait(Bucket="never", WaiterConfig={"Delay": 0.01, "MaxAttempts": 3})


@contract("aws.s3.get_bucket_tagging")
def test_no_tags(provider):
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        shop.s3.get_bucket_tagging(Bucket="till")


@contract("aws.dynamodb.put_item")
def test_put_item(provider):
    shop.orders().put_item(Item={"id": "o-1", "lamps": 2, "paid": True})


@contract("aws.dynamodb.query")
def test_query(provider):
    assert shop.order("o-1")["lamps"] == Decimal(2)


@contract("aws.dynamodb.describe_table")
def test_no_table(provider):
    client = boto3.client("dynamodb")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="nowhere")


@contract("aws.iam.get_user")
def test_no_user(provider):
    client = boto3.client("iam")
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.get_user(UserName="nobody")


@contract("aws.ec2.describe_instances")
def test_no_instance(provider):
    with pytest.raises(ClientError, match="InvalidInstanceID.NotFound"):
        boto3.client("ec2").describe_instances(InstanceIds=["i-0123456789abcdef0"])


@contract("aws.lambda.get_function")
def test_no_function(provider):
    client = boto3.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName="nowhere")


@contract("aws.sqs.get_queue_url")
def test_no_queue(provider):
    client = boto3.client("sqs")
    with pytest.raises(client.exceptions.QueueDoesNotExist):
        client.get_queue_url(QueueName="nowhere")


@contract("aws.cloudformation.describe_stacks")
def test_no_stack(provider):
    with pytest.raises(WaiterError, match="does not exist|ValidationError"):
        boto3.client("cloudformation").get_waiter("stack_update_complete").wait(StackName="nowhere")
"""
