"""Leads every MTurk request of botocore in this process to one server.

`botocore.endpoint.Endpoint.make_request` is what every client calls to send, whoever made it and
whenever. It is replaced while a redirect is in use, and it changes the request before botocore signs
it, so that the signature is valid. Events of botocore would not do: each client has its own copy of
them, so a handler reaches no client that exists already.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ._server import Server

REGION = "us-east-1"
# Of the servers that this process runs: a client that names one of them goes there.
own_urls: set[str] = set()


# In the order in which they began; the last one counts. They may end in any order.
_redirects: list[_Redirect] = []
_takes_back = contextlib.ExitStack()
_lock = threading.RLock()


class _Redirect(NamedTuple):
    server: Server
    keep_keys: bool


@contextlib.contextmanager
def redirect(server: Server, keep_keys: bool) -> Iterator[None]:
    """See `Server.redirect`."""
    try:
        import botocore.endpoint  # noqa: F401
    except ModuleNotFoundError:  # then there is nothing to redirect
        yield
        return
    own = _Redirect(server, keep_keys)
    with _lock:
        if not _redirects:
            _replace_methods()
        _redirects.append(own)
        _ensure_region()
    try:
        yield
    finally:
        with _lock:
            del _redirects[next(at for at, one in enumerate(_redirects) if one is own)]
            if not _redirects:
                _takes_back.close()


def _replace_methods() -> None:
    from botocore.credentials import Credentials
    from botocore.endpoint import Endpoint
    from botocore.httpsession import ProxyConfiguration

    make_request, proxy_url_for = Endpoint.make_request, ProxyConfiguration.proxy_url_for

    @functools.wraps(make_request)
    def redirected(self: Any, operation_model: Any, request_dict: Any) -> Any:
        is_mturk = operation_model.service_model.service_name == "mturk"
        if is_mturk and not request_dict["url"].startswith(tuple(own_urls)):
            for server, keep_keys in _redirects[-1:]:
                request_dict["url"] = f"{server.url}/"
                # aiobotocore has credentials of its own kind: there the keys stay.
                if not keep_keys and type(self) is Endpoint:
                    keys = Credentials(server.requester, server.secret)
                    signing = {"region": REGION, "request_credentials": keys}
                    context = request_dict["context"]
                    context["signing"] = {**context.get("signing", {}), **signing}
        return make_request(self, operation_model, request_dict)

    @functools.wraps(proxy_url_for)
    def direct(self: Any, url: str) -> Any:
        """No proxy reaches this machine's loopback; a client took its proxies when it was made."""
        return None if url.startswith(tuple(own_urls)) else proxy_url_for(self, url)

    def take_back() -> None:
        Endpoint.make_request, ProxyConfiguration.proxy_url_for = make_request, proxy_url_for

    Endpoint.make_request, ProxyConfiguration.proxy_url_for = redirected, direct
    _takes_back.callback(take_back)


def _ensure_region() -> None:
    """boto3 makes no client without a region: if it would find none, it finds that of MTurk."""
    import botocore.session

    name = "AWS_DEFAULT_REGION"
    if botocore.session.Session().get_config_variable("region"):
        return
    before = os.environ.get(name)
    os.environ[name] = REGION

    def take_back() -> None:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before

    _takes_back.callback(take_back)
