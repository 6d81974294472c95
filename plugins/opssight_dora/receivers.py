"""Receivers: deployments that are posted to OpsSight, and Argo CD's notifications.

Argo CD's side, in the ConfigMap argocd-notifications-cm (the token in its Secret):

service.webhook.opssight: |
  url: https://opssight.example/hooks/dora/argocd
  headers:
  - {name: Authorization, value: Bearer $opssight-secret}
  - {name: Content-Type, value: application/json}
template.opssight: |
  webhook:
    opssight:
      method: POST
      body: |
        {"name": {{toJson .app.metadata.name}}, "namespace": {{toJson .app.metadata.namespace}},
         "labels": {{toJson .app.metadata.labels}}, "annotations": {{toJson .app.metadata.annotations}},
         "destination": {{toJson .app.spec.destination}}, "operation": {{toJson .app.status.operationState}},
         "summary": {{toJson .app.status.summary}},
         "url": "{{.context.argocdUrl}}/applications/{{.app.metadata.name}}"}
trigger.opssight: |
  - when: app.status.operationState.phase in ['Succeeded', 'Failed', 'Error']
    oncePer: app.status.operationState.startedAt
    send: [opssight]
subscriptions: |
  - {recipients: ["opssight:"], triggers: [opssight]}
"""

from __future__ import annotations

from collections.abc import Sequence

from datasource_server import sdk
from opssight_dora.argocd import to_deployment
from opssight_dora.posted import to_deployments


def deployments(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take deployments of any tool as JSON, signed in X-OpsSight-Signature as `sha256=` and an HMAC of the body."""
    return to_deployments(delivery.json(), delivery.received_at)


def argocd(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take the notifications of Argo CD by the template that the documentation shows, with the secret as bearer."""
    body = delivery.json()
    try:
        return [to_deployment(body)]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
        raise sdk.Unparsable(f"an Argo CD notification: {type(problem).__name__}: {problem}") from problem
