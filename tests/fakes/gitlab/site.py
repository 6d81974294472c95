"""Where the fake lives, and the shapes of people, groups and projects, which other shapes carry."""

from dataclasses import dataclass
from functools import lru_cache

import orjson

from tests.fakes.github.model import Repository, User

from .moments import iso

Json = dict[str, object]

SETTINGS: Json = {
    "forks_count": 0,
    "star_count": 0,
    "avatar_url": None,
    "readme_url": None,
    "packages_enabled": False,
    "empty_repo": False,
    "resolve_outdated_diff_discussions": False,
    "container_registry_enabled": False,
    "issues_enabled": True,
    "merge_requests_enabled": True,
    "wiki_enabled": False,
    "jobs_enabled": True,
    "snippets_enabled": False,
    "service_desk_enabled": False,
    "can_create_merge_request_in": True,
    "issues_access_level": "enabled",
    "repository_access_level": "enabled",
    "merge_requests_access_level": "enabled",
    "forking_access_level": "enabled",
    "wiki_access_level": "disabled",
    "builds_access_level": "enabled",
    "shared_runners_enabled": True,
    "lfs_enabled": False,
    "import_status": "none",
    "open_issues_count": 0,
    "ci_default_git_depth": 20,
    "ci_forward_deployment_enabled": True,
    "ci_job_token_scope_enabled": False,
    "public_jobs": True,
    "build_git_strategy": "fetch",
    "build_timeout": 3_600,
    "auto_cancel_pending_pipelines": "enabled",
    "ci_config_path": "",
    "shared_with_groups": [],
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": None,
    "request_access_enabled": True,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "remove_source_branch_after_merge": True,
    "merge_method": "merge",
    "squash_option": "default_off",
    "suggestion_commit_message": None,
    "auto_devops_enabled": False,
    "autoclose_referenced_issues": True,
    "approvals_before_merge": 0,
    "mirror": False,
    "marked_for_deletion_at": None,
    "marked_for_deletion_on": None,
    "requirements_enabled": False,
    "compliance_frameworks": [],
    "permissions": {"project_access": None, "group_access": {"access_level": 50, "notification_level": 3}},
}
PROFILE: Json = {
    "bio": "",
    "location": "",
    "public_email": None,
    "skype": "",
    "linkedin": "",
    "twitter": "",
    "discord": "",
    "website_url": "",
    "organization": "",
    "job_title": "",
    "pronouns": None,
    "work_information": None,
    "followers": 0,
    "following": 0,
    "local_time": None,
}


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses that answers carry."""

    api: str = "https://gitlab.com/api/v4"
    web: str = "https://gitlab.com"

    def project(self, repository: Repository) -> str:
        """The project's address in the API."""
        return f"{self.api}/projects/{repository.id}"

    def page(self, repository: Repository) -> str:
        """The project's address for people."""
        return f"{self.web}/{repository.full_name}"


@lru_cache(maxsize=2_000)
def user_shape(site: Site, user: User) -> orjson.Fragment:
    """A user as it stands inside other objects."""
    return orjson.Fragment(orjson.dumps(_user(site, user)))


def _user(site: Site, user: User) -> Json:
    return {
        "id": user.id,
        "username": user.login,
        "name": user.login,
        "state": "active",
        "locked": False,
        "avatar_url": f"https://secure.gravatar.com/avatar/{user.id:032x}?s=80&d=identicon",
        "web_url": f"{site.web}/{user.login}",
    }


@lru_cache(maxsize=2_000)
def profile_shape(site: Site, user: User) -> orjson.Fragment:
    """A user as jobs carry it: with the whole profile."""
    made = {"created_at": iso(1_400_000_000), "bot": user.kind == "Bot"}
    return orjson.Fragment(orjson.dumps({**_user(site, user), **made, **PROFILE}))


def user_or_none(site: Site, user: User | None) -> orjson.Fragment | None:
    """The user's shape, or None for nobody."""
    return None if user is None else user_shape(site, user)


def namespace_shape(site: Site, owner: User) -> Json:
    """A group as projects carry it."""
    return {
        "id": owner.id,
        "name": owner.login,
        "path": owner.login,
        "kind": "group",
        "full_path": owner.login,
        "parent_id": None,
        "avatar_url": None,
        "web_url": f"{site.web}/groups/{owner.login}",
    }


def group_shape(site: Site, owner: User) -> Json:
    """A group as its own address shows it."""
    return {
        "id": owner.id,
        "web_url": f"{site.web}/groups/{owner.login}",
        "name": owner.login,
        "path": owner.login,
        "description": "",
        "visibility": "private",
        "full_name": owner.login,
        "full_path": owner.login,
        "created_at": iso(1_400_000_000),
        "parent_id": None,
        "archived": False,
    }


def project_shape(site: Site, repository: Repository) -> Json:
    """A project as lists and its own address show it."""
    page, owner = site.page(repository), repository.owner
    return {
        "id": repository.id,
        "description": f"The {repository.name} of {owner.login}",
        "name": repository.name,
        "name_with_namespace": f"{owner.login} / {repository.name}",
        "path": repository.name,
        "path_with_namespace": repository.full_name,
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.pushed_at),
        "last_activity_at": iso(repository.pushed_at),
        "default_branch": repository.default_branch,
        "tag_list": list(repository.topics),
        "topics": list(repository.topics),
        "ssh_url_to_repo": f"git@{page.partition('://')[2].replace('/', ':', 1)}.git",
        "http_url_to_repo": f"{page}.git",
        "web_url": page,
        **SETTINGS,
        "namespace": namespace_shape(site, owner),
        "archived": repository.is_archived,
        "visibility": "private" if repository.is_private else "public",
        "creator_id": owner.id,
        "_links": _links(site, repository),
    }


def _links(site: Site, repository: Repository) -> Json:
    api = site.project(repository)
    places = ("issues", "merge_requests", "labels", "events", "members")
    return {"self": api, **{name: f"{api}/{name}" for name in places}, "repo_branches": f"{api}/repository/branches"}
