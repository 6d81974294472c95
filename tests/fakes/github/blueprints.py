"""The workflow files that generated repositories carry."""

from .model import JobBlueprint, Workflow

HOSTED = ("ubuntu-latest",)
OWN = ("self-hosted", "linux", "x64")
PREPARE = ("Set up job", "Run actions/checkout@v4")
TIDY = ("Post Run actions/checkout@v4", "Complete job")


def job(
    name: str, *steps: str, needs: tuple[str, ...] = (), labels: tuple[str, ...] = HOSTED, share: float = 1.0
) -> JobBlueprint:
    """A job whose own steps stand between the ones GitHub adds."""
    return JobBlueprint(name, labels, (*PREPARE, *steps, *TIDY), needs, share)


CI = (
    job("lint", "Run make lint", share=0.3),
    job("build", "Run make build", labels=OWN),
    job("test (3.11)", "Run make test", "Upload report", needs=("build",), share=1.5),
    job("test (3.12)", "Run make test", "Upload report", needs=("build",), share=1.6),
)
DEPLOY = (
    job("build image", "Build and push", share=0.8),
    job("deploy", "Run terraform apply", "Smoke test", needs=("build image",), labels=OWN),
)
NIGHTLY = (job("end to end", "Start services", "Run e2e suite", labels=OWN, share=2.0),)
LABELER = (job("label", "Run actions/labeler@v5", share=0.1),)


def workflows_of(first_id: int, repository_index: int, created_at: int) -> list[Workflow]:
    """The four workflows of a generated repository; every fifth repository has no labeler."""
    minute = repository_index % 60
    found = [
        Workflow(first_id, "CI", ".github/workflows/ci.yml", ("push", "pull_request"), CI, (), created_at),
        Workflow(
            first_id + 1, "Deploy", ".github/workflows/deploy.yml", ("push",), DEPLOY, (), created_at, "production"
        ),
        Workflow(
            first_id + 2,
            "Nightly",
            ".github/workflows/nightly.yml",
            ("schedule", "workflow_dispatch"),
            NIGHTLY,
            (f"{minute} 2 * * *", f"{minute} 14 * * 1-5"),
            created_at,
        ),
        Workflow(
            first_id + 3, "Label", ".github/workflows/label.yml", ("pull_request_target",), LABELER, (), created_at
        ),
    ]
    return found[:3] if repository_index % 5 == 4 else found


def file_text(workflow: Workflow) -> str:
    """The workflow file as YAML."""
    lines = [f"name: {workflow.name}", "on:"]
    for event in workflow.events:
        lines.append(f"  {event}:")
        if event == "schedule":
            lines += [f'    - cron: "{cron}"' for cron in workflow.crons]
    lines.append("jobs:")
    for blueprint in workflow.jobs:
        lines += _job_lines(blueprint, workflow.environment if blueprint.name == "deploy" else None)
    return "\n".join(lines) + "\n"


def _job_lines(blueprint: JobBlueprint, environment: str | None) -> list[str]:
    key = blueprint.name.translate(str.maketrans(" .", "--", "()"))
    needs = ", ".join(name.replace(" ", "-") for name in blueprint.needs)
    lines = [f"  {key}:", f"    name: {blueprint.name}", f"    runs-on: [{', '.join(blueprint.labels)}]"]
    lines += [f"    needs: [{needs}]"] if needs else []
    lines += [f"    environment: {environment}"] if environment else []
    return [*lines, "    steps:", *(f"      - run: {step}" for step in blueprint.steps)]
