"""Which IAM actions the code needs: a table by hand, from each call that it makes to the actions that allow it.

tests/infra/test_calls_and_actions.py checks the table against what real runs asked of the stand-in servers, both
ways. Sources: "Actions, resources, and condition keys for Amazon S3", "… Amazon DynamoDB", "… Amazon SQS" and
"… Amazon CloudWatch" (Service Authorization Reference), "Required permissions for Amazon S3 API operations" (Amazon
S3 User Guide), "IAM security policies with PartiQL for DynamoDB" (DynamoDB developer guide).
"""

from typing import Literal

from tests.fixtures.calls import Call

Role = Literal["job", "updater"]

ACTIONS: dict[Role, dict[Call, frozenset[str]]] = {
    "job": {
        Call("s3", "ListObjectsV2"): frozenset({"s3:ListBucket"}),
        Call("s3", "GetObject"): frozenset({"s3:GetObject"}),
        Call("s3", "HeadObject"): frozenset({"s3:GetObject"}),
        Call("s3", "PutObject"): frozenset({"s3:PutObject"}),
        Call("s3", "CopyObject"): frozenset({"s3:GetObject", "s3:PutObject"}),
        Call("s3", "DeleteObjects"): frozenset({"s3:DeleteObject"}),
        Call("s3", "CreateMultipartUpload"): frozenset({"s3:PutObject"}),
        Call("s3", "UploadPart"): frozenset({"s3:PutObject"}),
        Call("s3", "CompleteMultipartUpload"): frozenset({"s3:PutObject"}),
        Call("s3", "AbortMultipartUpload"): frozenset({"s3:AbortMultipartUpload"}),
        Call("cloudwatch", "PutMetricData"): frozenset({"cloudwatch:PutMetricData"}),
    },
    "updater": {
        Call("dynamodb", "DescribeTable"): frozenset({"dynamodb:DescribeTable"}),
        # It sends UPDATE statements only, and asks for the item that a condition refused.
        Call("dynamodb", "BatchExecuteStatement"): frozenset({"dynamodb:PartiQLUpdate"}),
        Call("dynamodb", "Query"): frozenset({"dynamodb:Query"}),  # on the index
        Call("dynamodb", "Scan"): frozenset({"dynamodb:Scan"}),  # when there is no index
        Call("sqs", "SendMessage"): frozenset({"sqs:SendMessage"}),
    },
}

# Kafka's protocol is not HTTP: by hand alone ("IAM access control", Amazon MSK developer guide: actions and resources).
# The job's producer is idempotent, which needs a right on the cluster. Lambda reads the topic in the updater's role.
KAFKA_ACTIONS: dict[Role, frozenset[str]] = {
    "job": frozenset(
        {
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:WriteData",
            "kafka-cluster:WriteDataIdempotently",
        }
    ),
    "updater": frozenset(
        {
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:ReadData",
            "kafka-cluster:DescribeGroup",
            "kafka-cluster:AlterGroup",
        }
    ),
}


def actions(role: Role) -> frozenset[str]:
    """Everything that the role's own code needs of S3, CloudWatch, DynamoDB, SQS and Kafka."""
    return frozenset().union(*ACTIONS[role].values()) | KAFKA_ACTIONS[role]
