"""Discord's sign-in for websites: the pages that members see, and the calls that websites make."""

import hmac
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from sandbox.discord.bodies import json_answer
from sandbox.discord.cast import BOT_USER, GUILD_NAME, PEOPLE, Person
from sandbox.discord.oauth import Asked, AuthorizeRefused, OAuth, TokenRefused

# Which member this browser is signed in as; a browser has one account, as at Discord.
ACCOUNT_COOKIE = "playground_account"
CSRF_COOKIE = "playground_csrf"
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class OAuthPages:
    def __init__(self, oauth: OAuth) -> None:
        self._oauth = oauth

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth2/authorize", self.ask),
            web.post("/oauth2/authorize", self.answer),
        ]

    def api_routes(self) -> list[web.RouteDef]:
        return [web.post("/oauth2/token", self.token)]

    async def ask(self, request: web.Request) -> web.Response:
        try:
            asked = self._oauth.check(request.query)
        except AuthorizeRefused as refusal:
            return _page(request, "refused.html", status=400, reason=str(refusal))
        person = self._account(request)
        if person is None:
            # Who has agreed before is sent on at once.
            return _page(request, "sign_in.html", goes_to=asked.redirect_uri, people=PEOPLE.values())
        if not self._oauth.needs_consent(asked, person.id):
            return _redirect(self._oauth.agree(asked, person.id))
        return _page(
            request,
            "consent.html",
            goes_to=asked.redirect_uri,
            goes_back_to=urlsplit(asked.redirect_uri).netloc,
            application=BOT_USER["username"],
            community=GUILD_NAME,
            person=person,
            others=[other for other in PEOPLE.values() if other is not person],
        )

    async def answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        expected = request.cookies.get(CSRF_COOKIE, "")
        if not expected or not hmac.compare_digest(str(form.get("csrf", "")).encode(), expected.encode()):
            return _page(request, "refused.html", status=403, reason="This did not come from our own page.")
        try:
            asked = self._oauth.check(request.query)
        except AuthorizeRefused as refusal:
            return _page(request, "refused.html", status=400, reason=str(refusal))
        switched = _person(str(form.get("account", "")))
        if switched is not None and self._oauth.has_account(switched.id):
            response = _redirect(request.path_qs)
            remember_account(response, switched)
            return response
        return self._decided(request, asked, str(form.get("answer", "")))

    def _decided(self, request: web.Request, asked: Asked, decision: str) -> web.Response:
        person = self._account(request)
        if person is None:
            return _redirect(request.path_qs)
        if decision == "authorize":
            return _redirect(self._oauth.agree(asked, person.id))
        return _redirect(self._oauth.refuse(asked))

    def _account(self, request: web.Request) -> Person | None:
        person = _person(request.cookies.get(ACCOUNT_COOKIE, ""))
        return person if person is not None and self._oauth.has_account(person.id) else None

    async def token(self, request: web.Request) -> web.Response:
        if request.content_type != "application/x-www-form-urlencoded":
            return json_answer({"error": "invalid_request"}, 400)
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return json_answer(self._oauth.exchange(request.headers.get("Authorization"), form))
        except TokenRefused as refusal:
            return json_answer(refusal.body, refusal.status)


def remember_account(response: web.StreamResponse, person: Person) -> None:
    """From now on, the browser is signed in as this member."""
    response.set_cookie(ACCOUNT_COOKIE, person.key, httponly=True, samesite="Lax", path="/")


def _person(key: str) -> Person | None:
    return next((person for person in PEOPLE.values() if person.key == key), None)


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _page(
    request: web.Request, template: str, *, status: int = 200, goes_to: str | None = None, **values: object
) -> web.Response:
    csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
    parts = urlsplit(goes_to or "")
    # Browsers hold the redirect after a form against this, too.
    form_action = f"'self' {parts.scheme}://{parts.netloc}" if goes_to else "'self'"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response = web.Response(
        status=status,
        text=TEMPLATES.get_template(template).render(csrf=csrf, **values),
        content_type="text/html",
        headers={
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        },
    )
    response.set_cookie(CSRF_COOKIE, csrf, httponly=True, samesite="Lax", path="/")
    return response
