"""Where the fake lives, and the shapes of people and repositories, which every other shape carries."""

from dataclasses import dataclass
from functools import lru_cache

import orjson

from .model import Repository, User
from .moments import iso

Json = dict[str, object]

USER_LINKS = (
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
)
REPOSITORY_LINKS = (
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)

SETTINGS: Json = {
    "homepage": None,
    "size": 144,
    "stargazers_count": 0,
    "watchers_count": 0,
    "watchers": 0,
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "forks": 0,
    "mirror_url": None,
    "disabled": False,
    "license": None,
    "allow_forking": True,
    "is_template": False,
    "web_commit_signoff_required": False,
    "permissions": {"admin": True, "maintain": True, "push": True, "triage": True, "pull": True},
    "custom_properties": {},
}


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses that answers carry. `is_slim` leaves the template links out: pages of a tenth of the size."""

    api: str = "https://api.github.com"
    web: str = "https://github.com"
    is_slim: bool = False

    def repository(self, repository: Repository) -> str:
        """The repository's address in the API."""
        return f"{self.api}/repos/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        """The repository's address for people."""
        return f"{self.web}/{repository.full_name}"


@lru_cache(maxsize=2_000)
def user_shape(site: Site, user: User) -> orjson.Fragment:
    """A user as it stands inside other objects."""
    api = f"{site.api}/users/{user.login}"
    links: Json = {} if site.is_slim else {name: api + path for name, path in USER_LINKS}
    return _fragment(
        {
            "login": user.login,
            "id": user.id,
            "node_id": f"U_{user.id}",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": api,
            "html_url": f"{site.web}/{user.login}",
            **links,
            "type": user.kind,
            "user_view_type": "public",
            "site_admin": False,
        }
    )


def short_repository_shape(site: Site, repository: Repository) -> orjson.Fragment:
    """A repository as it stands inside a run: name, owner and links."""
    return _short_repository(site, repository.id, repository.full_name, repository)


@lru_cache(maxsize=2_000)
def _short_repository(site: Site, _id: int, _full_name: str, repository: Repository) -> orjson.Fragment:
    return _fragment(_short_fields(site, repository))


def _short_fields(site: Site, repository: Repository) -> Json:
    api = site.repository(repository)
    links: Json = {} if site.is_slim else {name: api + path for name, path in REPOSITORY_LINKS}
    return {
        "id": repository.id,
        "node_id": f"R_{repository.id}",
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.is_private,
        "owner": user_shape(site, repository.owner),
        "html_url": site.page(repository),
        "description": f"The {repository.name} of {repository.owner.login}",
        "fork": False,
        "url": api,
        **links,
    }


def repository_shape(site: Site, repository: Repository) -> Json:
    """A repository as lists and its own address show it."""
    # pull requests are issues to GitHub
    open_issues = sum(each.state == "open" for each in repository.pulls.values())
    open_issues += sum(each.state == "open" for each in repository.issues.values())
    return {
        **_short_fields(site, repository),
        **_addresses(site.page(repository)),
        **SETTINGS,
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.pushed_at),
        "pushed_at": iso(repository.pushed_at),
        "language": repository.language,
        "archived": repository.is_archived,
        "open_issues_count": open_issues,
        "open_issues": open_issues,
        "topics": list(repository.topics),
        "visibility": "private" if repository.is_private else "public",
        "default_branch": repository.default_branch,
    }


def _addresses(page: str) -> Json:
    host = page.partition("://")[2]
    return {
        "git_url": f"git://{host}.git",
        "ssh_url": f"git@{host.replace('/', ':', 1)}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
    }


def _fragment(shape: Json) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(shape))
