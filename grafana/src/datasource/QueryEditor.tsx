import type { QueryEditorProps } from '@grafana/data';
import { Alert, InlineField, InlineFieldRow } from '@grafana/ui';
import React, { useCallback, useId, useState } from 'react';
import { choose, connectorsOf, inOrder, matches, reloadingPayload, setParameter } from './catalogue';
import type { OpsSightDataSource } from './DataSource';
import { Documentation } from './Documentation';
import { ParameterField } from './ParameterField';
import { PickOne, type Choice } from './Picker';
import type { Metric, OpsSightOptions, OpsSightQuery } from './types';
import { useLoaded, type Loaded } from './useLoaded';
import { join } from './values';

type Props = QueryEditorProps<OpsSightDataSource, OpsSightQuery, OpsSightOptions> & {
  /** Queries of this shape come first in the list. */
  preferredShape?: string;
};

/** Chooses connector, query and parameters, and shows what the chosen query is about. */
export function QueryEditor({ datasource, query, onChange, onRunQuery, preferredShape }: Props) {
  const { metrics, metric, error, isLoading } = useCatalogue(datasource, query);
  const change = (next: OpsSightQuery) => {
    onChange(next);
    onRunQuery();
  };
  return (
    <>
      <MetricField
        metrics={metrics}
        target={query.target ?? ''}
        isLoading={isLoading}
        preferredShape={preferredShape}
        onChange={(target) => change(choose(query, metrics.find(named(target)), target))}
      />
      {metric && <Parameters datasource={datasource} metric={metric} query={query} onChange={change} />}
      {metric && <Documentation metric={metric} />}
      {error && <Alert severity="error" title={`The list of queries could not be read: ${error}`} />}
      {isUnknown(query, metric, metrics) && (
        <Alert severity="warning" title={`OpsSight offers no query “${query.target}” to you.`} />
      )}
    </>
  );
}

interface MetricFieldProps {
  metrics: Metric[];
  target: string;
  isLoading: boolean;
  preferredShape?: string;
  onChange: (target: string) => void;
}

function MetricField({ metrics, target, isLoading, preferredShape, onChange }: MetricFieldProps) {
  const id = useId();
  const [picked, setPicked] = useState<string>();
  const own = (target.includes('/') && target.split('/')[0]) || '';
  return (
    <InlineFieldRow>
      <InlineField
        label="Connector"
        labelWidth={16}
        htmlFor={`${id}-connector`}
        tooltip="Choose one to see its queries only"
      >
        <PickOne
          inputId={`${id}-connector`}
          label="Connector"
          choices={connectorsOf(metrics).map((name) => ({ label: name, value: name }))}
          value={picked ?? own}
          onChange={setPicked}
          isOwn={() => false}
          isLoading={isLoading}
          width={24}
        />
      </InlineField>
      <InlineField label="Query" htmlFor={`${id}-query`} tooltip="Search by name or by what it is about" grow>
        <PickOne
          inputId={`${id}-query`}
          label="Query"
          choices={inOrder(metrics, { connector: picked, shape: preferredShape, own }).map(toChoice)}
          value={target}
          matches={(value, search) => metrics.filter(named(value)).some((each) => matches(each, search))}
          isOwn={isTarget}
          onChange={(next) => {
            setPicked(undefined);
            onChange(next);
          }}
          isLoading={isLoading}
        />
      </InlineField>
    </InlineFieldRow>
  );
}

interface ParametersProps {
  datasource: OpsSightDataSource;
  metric: Metric;
  query: OpsSightQuery;
  onChange: (query: OpsSightQuery) => void;
}

function Parameters({ datasource, metric, query, onChange }: ParametersProps) {
  const id = useId();
  const payload = query.payload ?? {};
  const set = (name: string, value: string) => {
    if (value !== textOf(payload[name])) {
      onChange(setParameter(query, name, value));
    }
  };
  return (
    <InlineFieldRow>
      {(metric.payloads ?? []).map((parameter) => (
        <ParameterField
          key={`${metric.value} ${parameter.name}`}
          inputId={`${id}-${parameter.name}`}
          parameter={parameter}
          value={textOf(payload[parameter.name])}
          variables={datasource.variableOptions()}
          loadOptions={() => datasource.options(metric.value, parameter.name, payload)}
          onChange={(value) => set(parameter.name, value)}
        />
      ))}
    </InlineFieldRow>
  );
}

interface Catalogue extends Omit<Loaded<Metric[]>, 'value'> {
  metrics: Metric[];
  metric?: Metric;
}

/** The queries on offer, asked for again when a parameter changes on which they depend. */
function useCatalogue(datasource: OpsSightDataSource, { target, payload }: OpsSightQuery): Catalogue {
  const [reloading, setReloading] = useState('{}');
  const asked = reloading === '{}' ? undefined : target;
  const load = useCallback(() => datasource.metrics(asked, JSON.parse(reloading)), [datasource, asked, reloading]);
  const { value: metrics = [], ...rest } = useLoaded(load);
  const metric = metrics.find(named(target));
  const wanted = JSON.stringify(reloadingPayload(metric, payload));
  if (metric !== undefined && wanted !== reloading) {
    setReloading(wanted);
  }
  return { metrics, metric, ...rest };
}

function isUnknown(query: OpsSightQuery, metric: Metric | undefined, metrics: Metric[]): boolean {
  const isNamed = query.target !== undefined && query.target !== '' && !query.target.includes('$');
  return isNamed && metric === undefined && metrics.length > 0;
}

function named(target: string | undefined): (metric: Metric) => boolean {
  return (metric) => metric.value === target;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? join(value.map(String)) : String(value ?? '');
}

function toChoice({ label, value, description }: Metric): Choice {
  const [firstLine] = (description ?? '').split('\n');
  return { label: label ?? value, value, description: [value, firstLine].filter(Boolean).join(': ') };
}

/** What may be typed instead of chosen: a full name, or a variable that holds one. */
function isTarget(text: string): boolean {
  return /^[^/\s]+\/[^/\s]+$|\$/.test(text);
}
