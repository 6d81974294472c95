import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, FieldSet, Input, SecretInput } from '@grafana/ui';
import React, { useState, type FormEvent } from 'react';
import { lastValueFrom } from 'rxjs';
import { toFailure } from '../shared/failure';

export interface AppOptions {
  apiUrl?: string;
}

type Props = PluginConfigPageProps<AppPluginMeta<AppOptions>>;

/** Where actions are sent, and the token that Grafana's server adds to them. */
export function AppConfig({ plugin }: Props) {
  const { meta } = plugin;
  const [apiUrl, setApiUrl] = useState(meta.jsonData?.apiUrl ?? '');
  const [actionToken, setActionToken] = useState('');
  const [isTokenKept, setIsTokenKept] = useState(meta.secureJsonFields?.actionToken === true);
  const [outcome, setOutcome] = useState<Outcome>();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setOutcome(await saveSettings(meta, { apiUrl, actionToken: isTokenKept ? undefined : actionToken }));
  };
  return (
    <form onSubmit={save}>
      <FieldSet label="Actions">
        <Field label="OpsSight’s address" description="As Grafana’s server reaches it, such as http://opssight:8000">
          <Input
            id="opssight-api-url"
            width={60}
            value={apiUrl}
            onChange={(event) => setApiUrl(event.currentTarget.value.trim())}
          />
        </Field>
        <Field label="Token for actions" description="Grafana’s server keeps it and adds it to every action">
          <SecretInput
            id="opssight-action-token"
            width={60}
            isConfigured={isTokenKept}
            value={actionToken}
            onChange={(event) => setActionToken(event.currentTarget.value.trim())}
            onReset={() => setIsTokenKept(false)}
          />
        </Field>
        <Button type="submit" disabled={apiUrl === '' || (!isTokenKept && actionToken === '')}>
          Save
        </Button>
      </FieldSet>
      {outcome && <Alert severity={outcome.severity} title={outcome.title} />}
    </form>
  );
}

interface Outcome {
  severity: 'success' | 'error';
  title: string;
}

interface Saved {
  apiUrl: string;
  /** Left out to keep the token that is set. */
  actionToken?: string;
}

async function saveSettings(meta: Props['plugin']['meta'], { apiUrl, actionToken }: Saved): Promise<Outcome> {
  const answer = getBackendSrv().fetch({
    url: `/api/plugins/${meta.id}/settings`,
    method: 'POST',
    data: {
      enabled: meta.enabled,
      pinned: meta.pinned,
      jsonData: { ...meta.jsonData, apiUrl },
      secureJsonData: actionToken === undefined ? undefined : { actionToken },
    },
    showErrorAlert: false,
    showSuccessAlert: false,
  });
  try {
    await lastValueFrom(answer);
    return { severity: 'success', title: 'Saved. Reload the page to see the new settings.' };
  } catch (error) {
    const failure = toFailure(error);
    return {
      severity: 'error',
      title: `Not saved: ${failure instanceof Error ? failure.message : 'the call failed.'}`,
    };
  }
}
