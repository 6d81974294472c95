"""What the bodies of webhooks have in common. They name things unlike the API does."""

from tests.fakes.github.model import Commit, Repository, User

from .moments import iso
from .site import Json, Site


def person_shape(user: User) -> Json:
    """A user as webhooks write it."""
    return {
        "id": user.id,
        "name": user.login,
        "username": user.login,
        "avatar_url": f"https://secure.gravatar.com/avatar/{user.id:032x}?s=80&d=identicon",
        "email": "[REDACTED]",
    }


def hooked_project_shape(site: Site, repository: Repository) -> Json:
    """A project as webhooks write it."""
    page = site.page(repository)
    ssh = f"git@{page.partition('://')[2].replace('/', ':', 1)}.git"
    return {
        "id": repository.id,
        "name": repository.name,
        "description": f"The {repository.name} of {repository.owner.login}",
        "web_url": page,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": f"{page}.git",
        "namespace": repository.owner.login,
        "visibility_level": 0 if repository.is_private else 20,
        "path_with_namespace": repository.full_name,
        "default_branch": repository.default_branch,
        "ci_config_path": "",
        "homepage": page,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": f"{page}.git",
    }


def place_shape(site: Site, repository: Repository) -> Json:
    """What older receivers read instead of the project."""
    whole = hooked_project_shape(site, repository)
    kept = ("name", "url", "description", "homepage", "git_http_url", "git_ssh_url", "visibility_level")
    return {key: whole[key] for key in kept}


def hooked_commit_shape(site: Site, repository: Repository, commit: Commit) -> Json:
    """A commit as webhooks write it."""
    return {
        "id": commit.sha,
        "message": commit.message,
        "title": commit.message.split("\n")[0],
        "timestamp": iso(commit.committed_at).replace(".000Z", "+00:00"),
        "url": f"{site.page(repository)}/-/commit/{commit.sha}",
        "author": {"name": commit.author.login, "email": f"{commit.author.login}@example.test"},
    }


def label_shape(repository: Repository, name: str) -> Json:
    """A label as webhooks write it."""
    made = iso(repository.created_at)
    return {
        "id": sum(name.encode()),
        "title": name,
        "color": "#dc143c",
        "project_id": repository.id,
        "created_at": made,
        "updated_at": made,
        "template": False,
        "description": None,
        "type": "ProjectLabel",
        "group_id": None,
    }
