"""The context object that Lambda passes to a Python function ("Using the Lambda context object...")."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

VERSION: Final = "$LATEST"
REQUEST: Final = "aws_request_id"  # between the poller and the function's process, of a request and its reply


def function_arn(name: str) -> str:
    """The ARN of a function on this machine."""
    return f"arn:aws:lambda:sa-east-1:123456789012:function:{name}"


@dataclass(frozen=True)
class LambdaContext:
    """One invocation's context. `deadline` is in `clock`'s seconds."""

    function_name: str
    deadline: float
    clock: Callable[[], float] = time.monotonic
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = VERSION
    memory_limit_in_mb: str = "512"
    identity: Any = None
    client_context: Any = None

    @property
    def invoked_function_arn(self) -> str:
        return function_arn(self.function_name)

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"local/[{self.function_version}]{self.aws_request_id}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout, 0 after it."""
        return max(0, int((self.deadline - self.clock()) * 1000))
