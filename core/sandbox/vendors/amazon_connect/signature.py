"""Signature Version 4 as AWS checks it, and its refusals."""

from urllib.parse import urlencode

import msgspec

from core.sandbox.web import Reply, Request

REGION = "eu-central-1"
KEY_ID, SECRET = "AKIASANDBOX7EXAMPLE0", "sAnd/b0x+Secret9Key2Of1Amazon4Connect"


def refusal(request: Request) -> tuple[str, str] | None:
    """Why a request's signature (Signature Version 4) is refused: AWS's code and words; None for a good one."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415  (an extra that only this imitation needs)
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    given = request.headers.get("authorization", "")
    if not given.startswith("AWS4-HMAC-SHA256 "):
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    parts = dict(part.strip().partition("=")[::2] for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(","))
    if parts.get("Credential", "").split("/")[0] != KEY_ID:
        return "UnrecognizedClientException", "The security token included in the request is invalid"
    query = f"?{urlencode(request.query)}" if request.query else ""
    names = [name for name in parts.get("SignedHeaders", "").split(";") if name != "host"]
    signed = AWSRequest(
        request.method,
        f"{request.base}{request.path}{query}",
        {name: request.headers.get(name, "") for name in names},
        request.body,
    )
    signed.context["timestamp"] = request.headers.get("x-amz-date", "")
    auth = SigV4Auth(Credentials(KEY_ID, SECRET), "connect", REGION)
    wanted = auth.signature(auth.string_to_sign(signed, auth.canonical_request(signed)), signed)
    if wanted != parts.get("Signature"):
        return "InvalidSignatureException", "The request signature we calculated does not match"
    return None


def error(status: int, code: str, words: str) -> Reply:
    """A refusal in AWS's form: the code stands in a header."""
    return Reply(status, msgspec.json.encode({"Message": words}), headers={"x-amzn-ErrorType": code})
