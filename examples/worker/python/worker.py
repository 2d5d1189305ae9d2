#!/usr/bin/env python3
"""Registers items of a customer with an API that the customer has delegated, by docs/worker-contract.md.

The arguments are the items; a real worker would read them from the customer's HRM system. It needs Python 3.8 or newer
and nothing else.
"""

import http.client
import ipaddress
import json
import os
import random
import signal
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TOKEN_FILE = "/var/run/secrets/token-broker/token"
REPORT_FILE = "/dev/termination-log"
TIME_LIMIT = 600  # seconds; Kubernetes ends the pod after 900


class Failed(Exception):
    """Ends the run with a reason of the report's schema. Its text is logged: no token, person or body."""

    def __init__(self, reason, text):
        super().__init__(text)
        self.reason = reason


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token must not follow a redirect to another host."""

    def redirect_request(self, *_):
        return None


def send(opener, method, url, bearer, body=None, timeout=30):
    """Sends one request. Returns status, headers and body, or None if there is no complete response."""
    request = urllib.request.Request(url, data=body, method=method, headers={"Authorization": "Bearer " + bearer})
    if body is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with opener.open(request, timeout=timeout) as response:
            return response.status, response.headers, response.read(1 << 20)
    except urllib.error.HTTPError as error:
        try:
            return error.code, error.headers, error.read(1 << 20)
        except (OSError, http.client.HTTPException):
            return None
    except (OSError, http.client.HTTPException):
        return None


class Tokens:
    """Gets access tokens from the token broker, and keeps the last one until shortly before it expires."""

    def __init__(self, url, authority):
        trust = ssl.create_default_context(cadata=authority)  # and no other authority
        self.url, self.token, self.expires = url, None, 0.0
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust), NoRedirects
        )

    def get(self, fresh=False):
        """Returns a token. fresh: the API has rejected the last one."""
        if not fresh and time.monotonic() < self.expires - 10:
            return self.token
        end, pause, reason = time.monotonic() + 60, 1, "BrokerUnavailable"
        while True:
            began = time.monotonic()
            reason, retry_after = self.request(fresh)
            if reason is None:
                self.expires += began
                return self.token
            wait = max(pause, retry_after) + random.uniform(0, pause / 2)
            if reason == "Refused" or time.monotonic() + wait > end:
                raise Failed("AccessRefused" if reason == "Refused" else reason, "no token from the broker")
            time.sleep(wait)
            pause = min(2 * pause, 8)

    def request(self, fresh):
        """Makes one attempt. Returns why it failed, None if it did not, and how long to wait in seconds."""
        with open(TOKEN_FILE, encoding="ascii") as file:  # the kubelet replaces it
            own = file.read().strip()
        got = send(self.opener, "POST", self.url + ("?fresh=true" if fresh else ""), own, timeout=10)
        if got is None:
            return "BrokerUnavailable", 0
        status, headers, body = got
        log("Token broker responded", status=status)
        try:
            content = json.loads(body)
            if status == 200:
                self.token, self.expires = content["access_token"], content["expires_in"]
                return None, 0
        except (ValueError, KeyError, TypeError):
            content = None
        if status == 403 and isinstance(content, dict) and content.get("error") == "access_denied":
            log("Access is refused", reason=content.get("reason", ""))
            return "Refused", 0
        retry_after = headers.get("Retry-After") or ""
        seconds = int(retry_after) if retry_after.isdigit() else 0
        return ("AccessRefused" if status == 401 else "BrokerUnavailable"), seconds


def log(message, **values):
    print(json.dumps({"msg": message, **values}), file=sys.stderr, flush=True)


def needs_no_proxy(host, exceptions):
    """Reports whether a host is one of the exceptions: hosts, domains and networks."""
    for exception in exceptions:
        if "/" in exception:
            try:
                if ipaddress.ip_address(host) in ipaddress.ip_network(exception):
                    return True
            except ValueError:  # the host is a name
                continue
        name = exception.lstrip("*").lstrip(".").lower()
        if host == name or host.endswith("." + name):
            return True
    return False


def opener_of_api(api, settings):
    """Returns an opener with the proxy and the certificate authorities of the settings."""
    trust = ssl.create_default_context()
    if settings.get("caFile"):
        trust.load_verify_locations(settings["caFile"])
    proxy = settings.get("proxy", {})
    url, host = proxy.get("url"), urllib.parse.urlsplit(api).hostname or ""
    through = url and not needs_no_proxy(host.lower(), proxy.get("except", []))
    proxies = urllib.request.ProxyHandler({"http": url, "https": url} if through else {})
    return urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=trust), NoRedirects)


def register(opener, tokens, api, item):
    """Registers an item. The API accepts it again, so the next run may send what may have arrived."""
    url = api + "/v1/registrations/" + urllib.parse.quote(item, safe="")
    for fresh in (False, True):
        got = send(opener, "PUT", url, tokens.get(fresh), json.dumps({"kind": "mast"}).encode())
        if got is None:
            raise Failed("ServiceUnreachable", "registering an item: no response")
        status = got[0]
        log("API responded", status=status)
        if status in (200, 201):
            return
        if status != 401:
            break
    if status in (401, 403):
        raise Failed("ServiceTokenRejected", "registering an item: status %d" % status)
    if 400 <= status < 500:
        raise Failed("ServiceRefused", "registering an item: status %d" % status)
    raise Failed("ServiceError", "registering an item: status %d" % status)


def interrupt(*_):
    raise Failed("Interrupted", "received SIGTERM")


def time_out(*_):
    raise Failed("TimedOut", "the run took longer than %d s" % TIME_LIMIT)


def run(counts):
    signal.signal(signal.SIGTERM, interrupt)  # an item in flight may be sent again
    signal.signal(signal.SIGALRM, time_out)
    signal.alarm(TIME_LIMIT)
    if os.environ.get("INTEGRATION_CONTRACT") != "1":
        raise Failed("ConfigurationInvalid", "INTEGRATION_CONTRACT must be 1")
    try:
        api = os.environ["NRL_BASE_URL"]
        settings = json.loads(os.environ["INTEGRATION_SETTINGS"])
        tokens = Tokens(os.environ["INTEGRATION_TOKEN_BROKER_URL"], os.environ["INTEGRATION_TOKEN_BROKER_CA"])
        opener = opener_of_api(api, settings)
    except (KeyError, ValueError, OSError) as error:
        raise Failed("ConfigurationInvalid", "reading the environment: %s" % type(error).__name__)
    for item in sys.argv[1:]:
        register(opener, tokens, api, item)
        counts["itemsSent"] += 1


def main():
    counts = {"itemsSent": 0}
    report = {"outcome": "Succeeded", "volumes": counts}
    try:
        run(counts)
    except Failed as failed:
        log("Run failed", reason=failed.reason, err=str(failed))
        report.update(outcome="Failed", reason=failed.reason)
    except Exception as error:  # its text may be personal data
        log("Run failed", reason="InternalError", err=type(error).__name__)
        report.update(outcome="Failed", reason="InternalError")
    signal.alarm(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(REPORT_FILE, "w", encoding="ascii") as file:
        json.dump(report, file)
    return 0 if report["outcome"] == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
