import {
  CoreApp,
  dateTime,
  type DataQueryRequest,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
} from '@grafana/data';
import { OpsSightDataSource } from './DataSource';
import type { Metric, OpsSightOptions, OpsSightQuery } from './types';

/** The data source as Grafana makes it from `provisioning/datasources`. */
export function dataSource(): OpsSightDataSource {
  return new OpsSightDataSource({
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- still required by the type
    id: 1,
    uid: 'opssight',
    name: 'OpsSight',
    type: 'opssight-datasource',
    url: '/api/datasources/proxy/uid/opssight',
    access: 'proxy',
    readOnly: true,
    jsonData: {},
    meta: { info: { version: '0.1.0' } } as DataSourcePluginMeta,
  } satisfies DataSourceInstanceSettings<OpsSightOptions>);
}

/** What a panel asks for, over one day. */
export function request(
  targets: OpsSightQuery[],
  more: Partial<DataQueryRequest<OpsSightQuery>> = {}
): DataQueryRequest<OpsSightQuery> {
  const raw = { from: 'now-1d', to: 'now' };
  return {
    app: CoreApp.Dashboard,
    requestId: 'SQR100',
    timezone: 'utc',
    range: { from: dateTime('2025-10-08T00:00:00Z'), to: dateTime('2025-10-09T00:00:00Z'), raw },
    rangeRaw: raw,
    interval: '5m',
    intervalMs: 300000,
    maxDataPoints: 580,
    startTime: 1,
    panelId: 7,
    panelPluginId: 'timeseries',
    dashboardUID: 'opssight-ci',
    scopedVars: {},
    targets,
    ...more,
  };
}

/** A list of queries as the server gives it. */
export const METRICS: Metric[] = [
  {
    label: 'Runs',
    value: 'ci/runs',
    connector: 'ci',
    shape: 'table',
    description: 'Every run of every pipeline.\nNewest first.',
    columns: [{ name: 'status', type: 'string', description: 'How the run ended' }],
    payloads: [
      {
        name: 'team',
        label: 'Team',
        type: 'multi-select',
        reloadMetric: false,
        width: 40,
        options: [{ label: 'Core', value: 'core' }],
      },
      { name: 'branch', label: 'Branch', type: 'input', default: 'main' },
    ],
  },
  {
    label: 'Lead time',
    value: 'dora/lead_time',
    connector: 'dora',
    shape: 'timeseries',
    description: 'Hours from the first commit to the deployment.',
    payloads: [{ name: 'team', label: 'Team', type: 'multi-select', options: [] }],
  },
  { label: 'Teams', value: 'teams/teams', connector: 'teams', shape: 'variable', payloads: [] },
];
