"""The description of the demonstration's identity service (OpenAPI 3.1): OpenID Connect, as far as we use it."""

from __future__ import annotations

import json
from typing import Any, Final

from chengxin.operate.identity import WORDS
from chengxin.operate.identity_server import ASKED, CODE_SECONDS

_WORDS: Final = ", ".join(f"`{word}` {said}" for word, (_, said) in WORDS.items())
_ABOUT: Final = f"""\
What Chengxin asks of a citizens' identity service, and nothing more: OpenID Connect Core 1.0, authorisation code with
PKCE (S256), `state`, `nonce` and `iss` in the answer (RFC 9207), an id_token signed by ES256, RS256 or EdDSA under a
published key, and name and number from the userinfo endpoint, server to server. The scope is `openid real_name`.

`acr` says how well the person was proved: {_WORDS}. What each word is worth here, from which day and on what basis,
stands in the platform's configuration (docs/how-to/citizens-sign-in.md).

This is the sandbox, `chengxin identity-sandbox`: synthetic persons, chosen from a list, on the loopback. A real service
is reached over TLS. A code is good once, for {CODE_SECONDS} seconds, for the client and address it was made for."""
_TEXT: Final = {"type": "string"}


def openapi() -> dict[str, Any]:
    """The document as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Identity service as Chengxin uses it", "version": "1", "description": _ABOUT},
        "paths": {
            "/.well-known/openid-configuration": {"get": _get("about", "Addresses and abilities", {"issuer": _TEXT})},
            "/jwks": {"get": _get("keys", "Published keys (RFC 7517)", {"keys": {"type": "array"}})},
            "/authorize": {"get": _choose(), "post": _chosen()},
            "/token": {"post": _token()},
            "/userinfo": {"get": _person()},
            "/style.css": {"get": {"operationId": "style", "responses": {"200": {"description": "of the page"}}}},
        },
        "components": {
            "securitySchemes": {
                "client": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            }
        },
    }


def document() -> str:
    """The document as the file docs/reference/identity-sandbox-openapi.json holds it."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n"


def _get(name: str, summary: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "responses": {"200": _json("answer", fields)}}


def _choose() -> dict[str, Any]:
    query = [{"name": name, "in": "query", "required": True, "schema": _TEXT} for name in ASKED]
    query.append({"name": "acr_values", "in": "query", "required": False, "schema": _TEXT})
    return {
        "operationId": "choose",
        "summary": "The page on which somebody proves who they are",
        "parameters": query,
        "responses": {"200": _page("the page"), "400": _page("client, return address or challenge are not in order")},
    }


def _chosen() -> dict[str, Any]:
    form = dict.fromkeys((*ASKED, "person", "answer"), _TEXT) | {"level": {"enum": list(WORDS)}}
    return {
        "operationId": "chosen",
        "summary": "The page's own form; the browser is sent back with `code`, or with `error=access_denied`",
        "requestBody": _form(form),
        "responses": {"303": {"description": "back to the platform, with `state` and `iss`"}, "400": _page("as above")},
    }


def _token() -> dict[str, Any]:
    return {
        "operationId": "token",
        "summary": "The code for tokens, once",
        "security": [{"client": []}],
        "requestBody": _form(dict.fromkeys(("grant_type", "code", "redirect_uri", "code_verifier"), _TEXT)),
        "responses": {
            "200": _json("tokens", dict.fromkeys(("access_token", "id_token", "token_type"), _TEXT)),
            "400": _json("invalid_grant", {"error": _TEXT}),
            "401": _json("invalid_client", {"error": _TEXT}),
        },
    }


def _person() -> dict[str, Any]:
    return {
        "operationId": "person",
        "summary": "Name and number of the document",
        "security": [{"bearer": []}],
        "responses": {
            "200": _json("the person", dict.fromkeys(("sub", "name", "id_number"), _TEXT)),
            "401": _json("invalid_token", {"error": _TEXT}),
        },
    }


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _json(about: str, fields: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields}
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def _page(about: str) -> dict[str, Any]:
    return {"description": about, "content": {"text/html": {}}}
