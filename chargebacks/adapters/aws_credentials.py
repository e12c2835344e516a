"""The credentials by which objects are read and written, from where boto3 finds them.

Glue promises its scripts that boto3 works, and says nothing of how: obstore's own chain is shorter (it knows no
profile and no `credential_process`), so boto3's is asked first where there is boto3. Glue brings it.
"""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

# obstore asks again five minutes before the end of this, and boto3 renews at the latest ten minutes before theirs: so
# what is used has always time left, and a request seldom asks.
TTL: Final = timedelta(minutes=10)


def found() -> "Boto3CredentialProvider | None":
    """The process's provider, which tells boto3's region, too; None where boto3 is absent or finds nothing."""
    try:
        return _found()
    except (ImportError, ValueError):
        return None


@cache
def _found() -> "Boto3CredentialProvider":
    """Kept for the process: tasks open many stores, and each look for credentials may be a request."""
    from obstore.auth.boto3 import Boto3CredentialProvider  # loads boto3: only when a bucket is opened

    return Boto3CredentialProvider(ttl=TTL)
