"""The pipeline file that a project carries: the only place that tells what a job needs."""

from tests.fakes.github.model import JobBlueprint, Repository, Workflow

from .builds import STAGES, depth

CI_PATH = ".gitlab-ci.yml"


def ci_file(repository: Repository) -> str:
    """The file as YAML: stages, and every job with its stage, tags, needs and environment."""
    lines = ["stages:", *(f"  - {stage}" for stage in STAGES)]
    for workflow in repository.workflows:
        lines += [line for blueprint in workflow.jobs for line in _job(workflow, blueprint)]
    return "\n".join(lines) + "\n"


def _job(workflow: Workflow, blueprint: JobBlueprint) -> list[str]:
    needs = {each.name: each.needs for each in workflow.jobs}
    stage = STAGES[min(depth(needs, blueprint.name), len(STAGES) - 1)]
    has_environment = workflow.environment and blueprint.name == "deploy"
    environment = ["  environment: $TARGET_ENVIRONMENT"] if has_environment else []
    return [
        f'"{blueprint.name}":',
        f"  stage: {stage}",
        f"  tags: [{', '.join(blueprint.labels)}]",
        f"  needs: [{', '.join(f'{chr(34)}{name}{chr(34)}' for name in blueprint.needs)}]",
        *environment,
        "  script:",
        *(f"    - {step.removeprefix('Run ')}" for step in blueprint.steps[2:-2]),
    ]
