import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { FieldSet, InlineField, Input, SecretInput } from '@grafana/ui';
import React from 'react';
import type { OpsSightOptions, OpsSightSecrets } from './types';

type Props = DataSourcePluginOptionsEditorProps<OpsSightOptions, OpsSightSecrets>;

/** Address and token of the OpsSight server. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const setToken = (token: string) =>
    onOptionsChange({
      ...options,
      access: 'proxy',
      jsonData: { ...options.jsonData, httpHeaderName1: 'Authorization' },
      secureJsonData: { httpHeaderValue1: bearer(token) },
    });
  const resetToken = () =>
    onOptionsChange({
      ...options,
      secureJsonFields: { ...options.secureJsonFields, httpHeaderValue1: false },
      secureJsonData: { httpHeaderValue1: '' },
    });
  return (
    <FieldSet label="OpsSight server">
      <InlineField
        label="URL"
        labelWidth={16}
        htmlFor="opssight-url"
        tooltip="As Grafana’s server reaches it, such as http://opssight:8000/json"
        disabled={options.readOnly}
        invalid={options.url !== '' && !isJsonUrl(options.url)}
        error="The URL starts with http:// or https:// and ends with /json."
      >
        <Input
          id="opssight-url"
          width={60}
          value={options.url}
          onChange={(event) => onOptionsChange({ ...options, access: 'proxy', url: event.currentTarget.value.trim() })}
        />
      </InlineField>
      <InlineField
        label="Token"
        labelWidth={16}
        htmlFor="opssight-token"
        tooltip="OpsSight’s token for data sources; Grafana’s server keeps it and sends it"
        disabled={options.readOnly}
      >
        <SecretInput
          id="opssight-token"
          width={60}
          isConfigured={options.secureJsonFields?.httpHeaderValue1 === true}
          value={withoutBearer(options.secureJsonData?.httpHeaderValue1 ?? '')}
          onChange={(event) => setToken(event.currentTarget.value)}
          onReset={resetToken}
        />
      </InlineField>
    </FieldSet>
  );
}

function isJsonUrl(url: string): boolean {
  return /^https?:\/\/[^/]+(\/.*)?\/json\/?$/.test(url);
}

function bearer(token: string): string {
  const bare = withoutBearer(token.trim());
  return bare === '' ? '' : `Bearer ${bare}`;
}

function withoutBearer(header: string): string {
  return header.replace(/^Bearer /, '');
}
