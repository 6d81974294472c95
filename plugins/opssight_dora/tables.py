"""What DORA derives: deployments by rule, the changes in them, the flow of pull requests, causes of incidents."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server import sdk

FailureKind = Literal["", "incident", "rollback", "revert", "hotfix"]
ChangeKind = Literal["direct", "squash", "rebase", "merge", "merge commit", "cherry-pick"]


class DoraDeployment(sdk.Row, table="dora_deployment", key=("source", "id")):
    """One deployment by the rules, in any environment: does it count, its lead time, did it fail its users."""

    id: Annotated[str, "The deployment's id; of a job or run that a rule takes for one, `job:` or `run:` and its id."]
    service: Annotated[str, "What was deployed."]
    repo: Annotated[str, "Owner and name of the repository."]
    environment: Annotated[str, "Where it went."]
    tier: Annotated[sdk.Tier, "production, staging, testing, development or other."] = "other"
    sha: Annotated[str, "The commit that was deployed."] = ""
    version: Annotated[str, "The tag or version that was deployed."] = ""
    status: Annotated[sdk.Status, "queued, running, success, failure, cancelled or skipped."]
    actor: Annotated[str, "Login of who deployed."] = ""
    run_id: Annotated[str, "The pipeline run that deployed."] = ""
    rule: Annotated[str, "Name of the rule that makes it a deployment."]
    created_at: Annotated[sdk.Moment, "When it was asked for."]
    finished_at: Annotated[sdk.Moment | None, "When it ended."] = None
    is_counted: Annotated[bool, "It is one successful delivery of one version to production."] = False
    left_out: Annotated[str, "Why it is not counted, in words; empty where it is."] = ""
    previous_id: Annotated[str, "The counted deployment of the same service and environment before it."] = ""
    previous_sha: Annotated[str, "The commit of that deployment."] = ""
    change_count: Annotated[int, "Changes that it brought and that have a lead time."] = 0
    lead_seconds: Annotated[float | None, "Median lead time of its changes."] = None
    lead_left_out: Annotated[str, "Why it has no lead time, in words; empty where it has."] = ""
    is_failure: Annotated[bool, "It needed intervention: an incident, rollback, revert or hotfix followed."] = False
    failure_kind: Annotated[FailureKind, "incident, rollback, revert or hotfix; empty where it did not fail."] = ""
    failure_evidence: Annotated[str, "What shows that it failed, in words."] = ""
    failure_url: Annotated[str, "Where the evidence is looked at."] = ""
    failed_at: Annotated[sdk.Moment | None, "When it began to fail its users: its own finish."] = None
    restored_at: Annotated[sdk.Moment | None, "When users were well again; empty while they are not."] = None
    restore_seconds: Annotated[float | None, "From its finish until users were well again."] = None
    is_rollback: Annotated[bool, "It brought back a version that was there before."] = False
    is_rework: Annotated[bool, "It was not planned: a rollback, revert or hotfix."] = False
    remedies_id: Annotated[str, "The deployment that it repairs."] = ""


class DoraChange(sdk.Row, table="dora_change", key=("source", "repo", "sha", "service", "environment")):
    """One commit on its way to the production of one service: since when, until when, or why it is left out."""

    repo: Annotated[str, "Owner and name of the repository."]
    sha: Annotated[str, "The commit; of a squashed pull request the one that it became."]
    service: Annotated[str, "The service that it changes."]
    environment: Annotated[str, "The production environment it goes to."] = ""
    kind: Annotated[
        ChangeKind, "How it came to the branch: direct, squash, rebase, merge, cherry-pick, or the merge commit itself."
    ]
    number: Annotated[int | None, "The pull request that it came by."] = None
    author: Annotated[str, "Login of who wrote it."] = ""
    title: Annotated[str, "First line of its message."] = ""
    started_at: Annotated[sdk.Moment, "When its first commit was written."]
    merged_at: Annotated[sdk.Moment | None, "When it came to the branch that is deployed."] = None
    deployed_at: Annotated[sdk.Moment | None, "Finish of the first production deployment that contains it."] = None
    deployment_id: Annotated[str, "That deployment."] = ""
    lead_seconds: Annotated[float | None, "From its first commit to that finish."] = None
    is_counted: Annotated[bool, "Its lead time counts."] = False
    left_out: Annotated[str, "Why its lead time does not count, in words; empty where it does."] = ""


class DoraFlow(sdk.Row, table="dora_flow", key=("source", "repo", "number")):
    """How long each merged pull request spent in each stage, from its first commit to production; empty = not known."""

    repo: Annotated[str, "Owner and name of the repository."]
    number: Annotated[int, "The pull request."]
    title: Annotated[str, "Its title."] = ""
    author: Annotated[str, "Login of who opened it."] = ""
    service: Annotated[str, "The service that it changes; of several the first."] = ""
    merged_at: Annotated[sdk.Moment, "When it was merged."]
    deployed_at: Annotated[sdk.Moment | None, "When it first reached production."] = None
    coding_seconds: Annotated[float | None, "First commit written to opened."] = None
    pickup_seconds: Annotated[float | None, "Opened to the first review by somebody else."] = None
    review_seconds: Annotated[float | None, "First review to the first approval."] = None
    ci_seconds: Annotated[float | None, "Waited for CI after the approval, before the merge."] = None
    merge_seconds: Annotated[float | None, "Approved and green to merged."] = None
    deploy_seconds: Annotated[float | None, "Merged to production."] = None
    left_out: Annotated[str, "Stages that are not known and why, in words."] = ""


class DoraCandidate(
    sdk.Row, table="dora_candidate", key=("source", "incident_id", "deployment_source", "deployment_id")
):
    """One deployment that may have caused one incident, with its score."""

    incident_id: Annotated[str, "The incident; `source` is its tool."]
    deployment_source: Annotated[str, "The connector that wrote the deployment."]
    deployment_id: Annotated[str, "The deployment."]
    repo: Annotated[str, "Owner and name of the deployment's repository."] = ""
    service: Annotated[str, "The service that was deployed."] = ""
    rank: Annotated[int, "1 for the likeliest cause."]
    score: Annotated[float, "0 to 1, the sum of what speaks for it."]
    evidence: Annotated[list[str], "What speaks for it and against it, each with its points."] = []
    is_cause: Annotated[bool, "It is taken for the cause: named by the tool, or first with a score that suffices."] = (
        False
    )
    title: Annotated[str, "What people call the incident."] = ""
    opened_at: Annotated[sdk.Moment, "When the incident began."]
    resolved_at: Annotated[sdk.Moment | None, "When it was over for users."] = None
    deployed_at: Annotated[sdk.Moment, "Finish of the deployment."]


TABLES = (DoraDeployment, DoraChange, DoraFlow, DoraCandidate)
