"""Routes of the caller and of GitHub Apps."""

from .answers import Answer, not_found, to_json
from .call import Call
from .moments import iso
from .site import Json, user_shape

PERMISSIONS = {
    "actions": "write",
    "contents": "read",
    "deployments": "read",
    "metadata": "read",
    "organization_hooks": "write",
    "pull_requests": "read",
    "repository_hooks": "write",
}


def get_user(call: Call) -> Answer:
    """GET /user."""
    return to_json(user_shape(call.site, call.token.user))


def get_organisation(call: Call) -> Answer:
    """GET /orgs/{org}."""
    _check_organisation(call)
    return to_json(user_shape(call.site, call.world.organisation))


def _check_organisation(call: Call) -> None:
    if call.params["owner"].lower() != call.world.organisation.login.lower():
        raise not_found()


def get_app(call: Call) -> Answer:
    """GET /app, for a caller signed in as the app."""
    app = call.sign_in
    return to_json(
        {
            "id": app.id,
            "client_id": app.client_id,
            "slug": app.slug,
            "name": app.slug,
            "owner": user_shape(call.site, call.world.organisation),
            "description": "",
            "external_url": call.site.web,
            "html_url": f"{call.site.web}/apps/{app.slug}",
            "created_at": iso(call.world.now),
            "updated_at": iso(call.world.now),
            "permissions": PERMISSIONS,
            "events": ["workflow_run", "workflow_job"],
            "installations_count": 1,
        }
    )


def list_installations(call: Call) -> Answer:
    """GET /app/installations."""
    return to_json([_installation(call)])


def get_installation(call: Call) -> Answer:
    """GET /app/installations/{installation_id}, /orgs/{org}/installation and /repos/{owner}/{repo}/installation."""
    if "installation_id" in call.params:
        _check_installation(call)
    elif "repo" in call.params:
        call.repository()
    else:
        _check_organisation(call)
    return to_json(_installation(call))


def _check_installation(call: Call) -> None:
    if call.number("installation_id") != call.sign_in.installation_id:
        raise not_found()


def _installation(call: Call) -> Json:
    app, organisation = call.sign_in, call.world.organisation
    return {
        "id": app.installation_id,
        "account": user_shape(call.site, organisation),
        "repository_selection": "all",
        "access_tokens_url": f"{call.site.api}/app/installations/{app.installation_id}/access_tokens",
        "repositories_url": f"{call.site.api}/installation/repositories",
        "html_url": f"{call.site.web}/organizations/{organisation.login}/settings/installations/{app.installation_id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": organisation.id,
        "target_type": "Organization",
        "permissions": PERMISSIONS,
        "events": ["workflow_run", "workflow_job"],
        "created_at": iso(call.world.now),
        "updated_at": iso(call.world.now),
        "single_file_name": None,
        "suspended_at": None,
    }


def create_access_token(call: Call) -> Answer:
    """POST /app/installations/{installation_id}/access_tokens: 201 with a token that expires."""
    _check_installation(call)
    asked = call.json().get("permissions")
    permissions = asked if isinstance(asked, dict) else PERMISSIONS
    limit = min(12_500, 5_000 + 50 * max(0, len(call.world.repositories) - 20))
    token = call.accounts.issue_for_installation(
        call.sign_in,
        seconds=call.switches.installation_token_seconds,
        limit=limit,
        may_write=permissions.get("actions") == "write",
    )
    expires = iso(int(token.expires_at or 0))
    shape: Json = {
        "token": token.text,
        "expires_at": expires,
        "permissions": permissions,
        "repository_selection": "all",
    }
    return to_json(shape, 201)
